package awssecrets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
)

// maxBatch is how many secrets one request of BatchGetSecretValue may name, and
// maxPages how many answers to it are read: each has one secret at least.
const (
	maxBatch = 20
	maxPages = maxBatch
)

// fetch reads versions from Secrets Manager: those of the current stage together,
// others one by one, for the batch request knows no stages. Each is in one of the two maps.
func (r *Resolver) fetch(ctx context.Context, versions []version) (map[version]content, map[version]error) {
	contents, errs := make(map[version]content), make(map[version]error)
	var together, alone []version
	for _, v := range versions {
		if v.stage == currentStage {
			together = append(together, v)
		} else {
			alone = append(alone, v)
		}
	}
	for batch := range slices.Chunk(together, maxBatch) {
		if len(batch) == 1 { // needs one permission less
			alone = append(alone, batch[0])
			continue
		}
		err := r.batch(ctx, batch, contents, errs)
		if isCode(err, "AccessDeniedException") { // of the batch request: perhaps each by itself may be read
			alone = append(alone, batch...)
		} else if err != nil {
			for _, v := range batch {
				errs[v] = faultOf(ctx, err, v)
			}
		}
	}
	for _, v := range alone {
		if c, err := r.get(ctx, v); err != nil {
			errs[v] = faultOf(ctx, err, v)
		} else {
			contents[v] = c
		}
	}
	return contents, errs
}

func (r *Resolver) get(ctx context.Context, v version) (content, error) {
	ctx, cancel := context.WithTimeout(ctx, r.opts.Timeout)
	defer cancel()
	out, err := r.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &v.name, VersionStage: &v.stage})
	if err != nil {
		return content{}, err
	}
	return contentOf(out.SecretString, out.SecretBinary)
}

// batch reads up to maxBatch secrets. Its error is about all of them.
func (r *Resolver) batch(ctx context.Context, batch []version, contents map[version]content, errs map[version]error) error {
	ctx, cancel := context.WithTimeout(ctx, r.opts.Timeout)
	defer cancel()
	in := &secretsmanager.BatchGetSecretValueInput{}
	for _, v := range batch {
		in.SecretIdList = append(in.SecretIdList, v.name)
	}
	var entries []types.SecretValueEntry
	var failures []types.APIErrorType
	for range maxPages {
		out, err := r.client.BatchGetSecretValue(ctx, in)
		if err != nil {
			return err
		}
		entries, failures = append(entries, out.SecretValues...), append(failures, out.Errors...)
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	for _, v := range batch {
		c, err := pick(v.name, entries, failures)
		if err != nil {
			errs[v] = faultOf(ctx, err, v)
		} else {
			contents[v] = c
		}
	}
	return nil
}

// pick finds the answer about name, which is a name, an ARN, or an ARN without its
// random end.
func pick(name string, entries []types.SecretValueEntry, failures []types.APIErrorType) (content, error) {
	for i := range entries {
		e := &entries[i]
		arn := aws.ToString(e.ARN)
		if aws.ToString(e.Name) == name || arn == name || strings.HasPrefix(name, "arn:") && strings.HasPrefix(arn, name+"-") {
			return contentOf(e.SecretString, e.SecretBinary)
		}
	}
	for i := range failures {
		if f := &failures[i]; aws.ToString(f.SecretId) == name {
			return content{}, &smithy.GenericAPIError{Code: aws.ToString(f.ErrorCode), Message: aws.ToString(f.Message)}
		}
	}
	return content{}, &smithy.GenericAPIError{Code: "ResourceNotFoundException", Message: "it is not in the answer"}
}

func contentOf(text *string, binary []byte) (content, error) {
	switch {
	case text != nil:
		return content{config.NewSecret(*text)}, nil
	case binary != nil:
		return content{config.NewSecret(string(binary))}, nil
	}
	return content{}, errUnreadable
}

// errUnreadable stands for an answer that cannot be read: the error itself may
// hold a part of the answer.
var errUnreadable = errors.New("awssecrets: the answer cannot be read")

// faultOf gives the fault for what went wrong in reading v.
func faultOf(ctx context.Context, err error, v version) error {
	details := fault.Details{"secret": v.name}
	wrap := func(code fault.Code, format string, args ...any) error {
		return fault.Wrap(fmt.Errorf("awssecrets: %w", err), code, fmt.Sprintf(format, args...), details)
	}
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok || errors.Is(err, errUnreadable) {
		return fault.Wrap(errUnreadable, fault.Upstream, "Secrets Manager's answer cannot be read", details)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch code := api.ErrorCode(); code {
		case "ResourceNotFoundException":
			if v.stage != currentStage {
				return wrap(fault.NotFound, "there is no secret %s with the stage %s", v.name, v.stage)
			}
			return wrap(fault.NotFound, "there is no secret %s", v.name)
		case "AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException", "InvalidClientTokenId",
			"MissingAuthenticationTokenException", "IncompleteSignature", "ExpiredTokenException", "SignatureDoesNotMatch":
			return wrap(fault.Forbidden, "the secret %s may not be read with these credentials", v.name)
		case "InvalidParameterException", "InvalidRequestException", "ValidationException":
			return wrap(fault.InvalidRequest, "the secret %s cannot be read: it is being deleted, or its name or stage is wrong", v.name)
		case "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded":
			return wrap(fault.RateLimitExceeded, "Secrets Manager was asked too often")
		default:
			return wrap(fault.Upstream, "Secrets Manager could not read the secret %s", v.name)
		}
	}
	switch {
	case errors.Is(err, context.Canceled) && errors.Is(ctx.Err(), context.Canceled):
		return wrap(fault.ServiceUnavailable, "the request was cancelled")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return wrap(fault.UpstreamTimeout, "Secrets Manager did not answer in time")
	}
	return wrap(fault.ServiceUnavailable, "Secrets Manager cannot be reached")
}

func isCode(err error, code string) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == code
}
