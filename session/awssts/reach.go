package awssts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/auth"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"stsx/session"
)

// RegionOf is the region in which STS is asked for p. Errors as CheckProfile's.
func (c Client) RegionOf(p session.Profile) (string, error) {
	role, err := session.ParseRole(p.Role)
	if err != nil { // only the sign-in tells which it is
		role.ARN = "arn:" + session.PartitionOf(p.Region) + ":iam::000000000000:role/any"
	}
	return c.stsRegion(session.Assumption{Role: role, Region: p.Region})
}

// Reach asks the STS of a region a question that needs no credentials, on the way that all others go, and returns what the
// connection was like. Errors as Identity's, without what STS refuses.
func (c Client) Reach(ctx context.Context, region string) (session.ServerAnswer, error) {
	if err := c.CheckSettings(region); err != nil {
		return session.ServerAnswer{}, err
	}
	client, err := c.stsClient(region, nil)
	if err != nil {
		return session.ServerAnswer{}, err
	}
	var answer session.ServerAnswer
	asked := time.Now()
	_, err = client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(o *sts.Options) {
		o.AuthSchemeResolver, o.RetryMaxAttempts = unsigned{}, 1
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Deserialize.Add(readAnswer(&answer, asked), middleware.After)
		})
	})
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() != "UnknownError" {
		return answer, nil // it refuses, and so it is there
	}
	if err == nil {
		return answer, errors.New("the answer is not AWS's, which refuses a question without credentials: " +
			"does a network's own sign-in page stand between?")
	}
	return answer, awsError(fmt.Sprintf("asking STS in %s", region), session.Secret{}, err)
}

// unsigned has a request sent without a signature.
type unsigned struct{}

func (unsigned) ResolveAuthSchemes(context.Context, *sts.AuthResolverParameters) ([]*auth.Option, error) {
	return []*auth.Option{{SchemeID: auth.SchemeIDAnonymous}}, nil
}

// readAnswer notes what the HTTP answer was like.
func readAnswer(to *session.ServerAnswer, asked time.Time) middleware.DeserializeMiddleware {
	return middleware.DeserializeMiddlewareFunc("stsx answer", func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		if r, ok := out.RawResponse.(*smithyhttp.Response); ok && r != nil && r.Response != nil {
			*to = session.AnswerOf(r.Response, asked, time.Now())
		}
		return out, metadata, err
	})
}
