<?php
$metadata['urn:amazon:webservices'] = ['AssertionConsumerService' => 'https://signin.aws.amazon.com/saml'];
