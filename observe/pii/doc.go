// Package pii finds what names a person in a text: identity numbers, phone
// numbers, addresses, accounts, as people in India write them, in the digits of
// any of the 23 languages, in groups or letter by letter, full-width, with
// invisible characters between. It stands between a text and everything that
// should not see it: a log, a trace, a model, another user.
//
//	d := pii.New(nil)
//	fmt.Println(d.Mask("मोबाइल ९८७६५ ४३२१०")) // मोबाइल [phone]
//
// [Detector.Find] gives the places, [Detector.Mask] replaces the values by tags,
// [Detector.Refuse] turns a text away with a typed error, a [Vault] replaces them
// by tokens and brings them back, and a [Stream] or [Writer] masks text that comes
// in pieces. All agree on what is found.
//
// # What is found
//
//   - Aadhaar: 12 digits, the first 2 to 9, the last Verhoeff's check digit, as
//     the Unique Identification Authority of India issues them (UIDAI, Aadhaar
//     numbering scheme, 2009). A virtual id of 16 digits near a word for it.
//   - PAN: AAAPA9999A, the fourth letter one of the classes of holder A B C F G H
//     J L P T (Income-tax Rules, 1962, rule 114). Its check letter is not published.
//   - GSTIN: state, PAN, registration, Z, and a check character in base 36 (Goods
//     and Services Tax Network).
//   - Passport: a letter and seven digits.
//   - Voter id: the EPIC number of three letters and seven digits, and the older
//     form with strokes (Election Commission of India).
//   - Driving licence: state, office, year and seven digits (Ministry of Road
//     Transport and Highways, Sarathi); older forms near a word for it.
//   - Phone: mobiles from 6 to 9 on, bare or after +91, 91, 0091 or 0; landlines
//     with STD code, in brackets, with a dash or near a word (Department of
//     Telecommunications, National Numbering Plan 2003); foreign numbers after a
//     plus (ITU-T E.164). Helplines of three or four digits and 1800 numbers are
//     nobody's own and are left.
//   - E-mail: RFC 5321 without quoted local parts, in any script (RFC 6531).
//   - UPI: an address at a handle of the National Payments Corporation of India,
//     or at any name near the word UPI.
//   - Bank account: 9 to 18 digits near a word for an account, or beside an IFSC.
//     The IFSC itself (Reserve Bank of India; RTGS and NEFT circulars) names a
//     branch, not a person, and stays.
//   - Card: 13 to 19 digits in an issuer's range that pass Luhn's check (ISO/IEC 7812-1).
//   - Vehicle: state, office, series, number (Motor Vehicles Rules, rule 50), and
//     the BH series (rule 47 as amended in 2021).
//   - Date of birth: a date, in figures or with the month's name in any language,
//     after or before the words for date of birth in the 23 languages. After a
//     plain "born", figures count, and dates with a month's name only where
//     somebody speaks of himself: dates in biographies are no secrets.
//
// Forms without a check digit are weighed by what stands near them: "order" or
// "₹" before ten digits, and they are no phone number. Numbers that are written
// in words, names and postal addresses are not found.
//
// # How it works
//
// Every identifier holds a digit or an @. One loop over the bytes looks for
// those, in all scripts; only there the text is folded to plain characters and
// read. What a place is depends on at most 128 bytes before it, and on a
// bounded stretch after it, so that a stream can say early what is safe.
package pii
