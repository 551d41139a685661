# The portal of LemonLDAP::NG on a port of 127.0.0.1 that the system picks.
#
#   perl lemonldap.pl FOLDER ROOT
#
# FOLDER has its configuration, in which PORT stands for the port; ROOT is
# where its packages are unpacked.
use strict;
use warnings;
use lib "$ARGV[1]/usr/share/perl5";
use HTTP::Server::PSGI;
use IO::Socket::INET;
use Plack::App::File;
use Plack::Builder;

{
    # The portal loads one whether any page has a captcha or not, and its own needs ImageMagick.
    package NoCaptcha;
    use Mouse;
    extends 'Lemonldap::NG::Portal::Main::Plugin';
    sub init { 1 }
    $INC{'NoCaptcha.pm'} = __FILE__;
}

my ($dir, $root) = @ARGV;
my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 64) or die "listening: $!";
my $url = 'http://127.0.0.1:' . $socket->sockport;

open my $in, '<', "$dir/settings.json" or die "settings.json: $!";
my $settings = do { local $/; <$in> };
$settings =~ s/http:..127.0.0.1:PORT/$url/g;
open my $out, '>', "$dir/conf/lmConf-1.json" or die "lmConf-1.json: $!";
print $out $settings;
close $out or die "lmConf-1.json: $!";

$ENV{LLNG_DEFAULTCONFFILE} = "$dir/lemonldap-ng.ini";
require Lemonldap::NG::Portal::Main;
my $portal = Lemonldap::NG::Portal::Main->run({});
my $static = "$root/usr/share/lemonldap-ng/portal/htdocs/static";
my $app = builder {
    mount '/static' => Plack::App::File->new(root => $static)->to_app;
    mount '/javascript' => Plack::App::File->new(root => '/usr/share/javascript')->to_app;
    mount '/' => $portal;
};
STDERR->autoflush(1);
print STDERR "started at $url\n";
HTTP::Server::PSGI->new(listen_sock => $socket)->run($app);
