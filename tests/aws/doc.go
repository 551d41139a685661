// Package aws is the AWS side of the test bed.
//
// A [Server] stands where AWS_ENDPOINT_URL points. It answers AssumeRoleWithSAML and AssumeRole itself, as strictly as
// AWS does (signature, audience, recipient, time, role and provider pair, duration) and in AWS's own XML, and passes
// everything else to [Moto], so that the keys it hands out are moto's and work with the AWS CLI, Terraform and the SDKs.
// It also stands for two of AWS's sign-in pages, see signin.go. A [Proxy] stands where HTTPS_PROXY points and
// keeps the names of the hosts it was asked for.
//
// Without moto ([Config] with no Moto) the server makes the keys up and answers GetCallerIdentity for them itself. That
// stands for STS alone: it is what fast tests and `make demo` need on a machine without Python, and nothing more. Any
// other call is answered with InvalidAction, never with an invented success.
//
// Two things AWS does are not done here: request signatures (SigV4) are not verified, and policies are not evaluated.
// A session's token and expiry are: keys that this server handed out are refused with another token, or after their time.
package aws
