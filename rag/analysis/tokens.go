package analysis

// IndexTokens gives what [Index] gives for a text whose tokens are known already.
func IndexTokens(text string, tokens []Token) Fields {
	f := fielder{text: text, tokens: tokens}
	return f.fields()
}
