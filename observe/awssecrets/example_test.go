package awssecrets_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/akshara-go/akshara/observe/awssecrets"
	"github.com/akshara-go/akshara/observe/config"
)

// rotating stands in for Secrets Manager: it has another password each time.
type rotating struct {
	awssecrets.Client
	passwords []string
}

func (r *rotating) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	now := r.passwords[0]
	r.passwords = r.passwords[1:]
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(`{"password":"` + now + `"}`)}, nil
}

// A login that fails makes the password be read again.
func Example() {
	secrets := awssecrets.New(&rotating{passwords: []string{"old", "new"}}, nil)
	password, err := secrets.Secret("aws-sm://prod/postgres#password")
	if err != nil {
		fmt.Println(err)
		return
	}
	err = password.Use(context.Background(), func(_ context.Context, p config.Secret) error {
		fmt.Println("login with", p, "of", len(p.Reveal()), "letters")
		if p.Reveal() == "old" {
			return errors.New("password authentication failed")
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// login with *** of 3 letters
	// login with *** of 3 letters
	// <nil>
}
