<?php
// As Debian's, but for places, plain HTTP on a loopback host, and what is switched on.
$dir = dirname(__DIR__);
$config = [
    'baseurlpath' => '/',
    'certdir' => "$dir/",
    'datadir' => "$dir/",
    'loggingdir' => "$dir/",
    'metadatadir' => "$dir/metadata/",
    'tempdir' => "$dir/temp",
    'session.phpsession.savepath' => "$dir/sessions",
    'technicalcontact_email' => 'na@example.org',
    'timezone' => 'UTC',
    'secretsalt' => 'salt',
    'auth.adminpassword' => bin2hex(random_bytes(16)),
    'admin.checkforupdates' => false,
    'logging.handler' => 'errorlog',
    'logging.level' => SimpleSAML\Logger::WARNING,
    'store.type' => 'phpsession',
    'session.cookie.secure' => false,
    'session.cookie.samesite' => null,
    'language.cookie.secure' => false,
    'enable.saml20-idp' => true,
    'module.enable' => ['core' => true, 'exampleauth' => true, 'saml' => true],
    'metadata.sources' => [['type' => 'flatfile']],
];
