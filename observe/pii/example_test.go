package pii_test

import (
	"fmt"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pii"
)

func Example() {
	d := pii.New(nil)
	text := "मेरा मोबाइल ९८७६५ ४३२१० है, ईमेल asha@example.in; order id 9876543210"
	for _, f := range d.Find(text) {
		fmt.Println(f.Kind, f.In(text))
	}
	fmt.Println(d.Mask(text))
	// Output:
	// phone ९८७६५ ४३२१०
	// email asha@example.in
	// मेरा मोबाइल [phone] है, ईमेल [email]; order id 9876543210
}

// A model's tokens are masked as they come, wherever they are cut.
func ExampleStream() {
	s := pii.New(nil).NewStream()
	for _, token := range []string{"Call ", "+91 98", "765 4", "3210", ", then", " wait."} {
		fmt.Printf("%q ", s.Write(token))
	}
	fmt.Printf("%q\n", s.Flush())
	// Output:
	// "Call " "" "" "" "[phone], " "then " "wait."
}

// A model answers with tokens; the asker reads the values.
func ExampleVault() {
	v := pii.NewVault(pii.New(nil), nil)
	question := v.Hide("Is 98765 43210 the number of asha@example.in?")
	answer := "Yes: " + question
	fmt.Println(v.Restore(answer))
	// Output:
	// Yes: Is 98765 43210 the number of asha@example.in?
}

func ExampleDetector_Refuse() {
	err := pii.New(nil).Refuse("मेरा पैन ABCPE1234F है")
	fmt.Println(fault.CodeOf(err), fault.From(err).Message)
	// Output:
	// INVALID_REQUEST the text holds personal identifiers (pan): leave them out
}
