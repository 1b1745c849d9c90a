package awstranslate_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/translate"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/awstranslate"
	"github.com/akshara-go/akshara/translate/lang"
)

// canned stands in for the SDK's client.
type canned struct{ awstranslate.API }

func (canned) TranslateText(_ context.Context, in *sdk.TranslateTextInput, _ ...func(*sdk.Options)) (*sdk.TranslateTextOutput, error) {
	return &sdk.TranslateTextOutput{TranslatedText: aws.String("संग्रहालय कहाँ है?"), SourceLanguageCode: in.SourceLanguageCode}, nil
}

func Example() {
	t := awstranslate.New(canned{}, nil) // translate.NewFromConfig(cfg) in a program
	res, err := t.Translate(context.Background(), &translate.Request{Texts: []string{"Where is the museum?"}, Source: lang.English, Target: lang.Hindi})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Texts[0].Text)
	// Output: संग्रहालय कहाँ है?
}
