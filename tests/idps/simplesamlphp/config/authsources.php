<?php
$person = json_decode(file_get_contents(dirname(__DIR__) . '/person.json'), true);
$config = [
    'people' => [
        'exampleauth:UserPass',
        $person['User'] . ':' . $person['Password'] => [
            'https://aws.amazon.com/SAML/Attributes/Role' => $person['Roles'],
            'https://aws.amazon.com/SAML/Attributes/RoleSessionName' => [$person['User']],
        ],
    ],
];
