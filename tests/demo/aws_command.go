//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
)

// callSTS prints who the credentials in the environment are, as the AWS CLI does.
func callSTS(ctx context.Context) error {
	trusting, err := trustingClient()
	if err != nil {
		return err
	}
	client := awssts.New(awssts.Options{
		HTTPClient:   trusting,
		Region:       os.Getenv("AWS_REGION"),
		BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
				SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
			}, nil
		}),
	})
	who, err := client.GetCallerIdentity(ctx, nil)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(struct{ UserId, Account, Arn *string }{who.UserId, who.Account, who.Arn}, "", "    ")
	if err != nil {
		return err
	}
	_, err = fmt.Println(string(text))
	return err
}

// stsCommand is the command in the place of the AWS CLI.
func stsCommand(args []string) int {
	if !slices.Equal(args, []string{"get-caller-identity"}) {
		fmt.Fprintln(os.Stderr, "sts: this small caller knows one thing: sts get-caller-identity")
		return 2
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := callSTS(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "sts:", err)
		return 1
	}
	return 0
}
