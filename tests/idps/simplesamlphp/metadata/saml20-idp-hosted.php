<?php
$metadata['urn:stsx:tests'] = [
    'host' => '__DEFAULT__',
    'auth' => 'people',
    'privatekey' => 'key.pem',
    'certificate' => 'certificate.pem',
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
];
