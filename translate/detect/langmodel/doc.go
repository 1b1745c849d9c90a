// Package langmodel holds the classifier behind package detect: which features
// a text has, what their weights add up to, and the form of the file of weights.
// It is a package of its own because the program that learns the weights needs
// the same features and writes the same file.
//
//	models, err := langmodel.Decode(file)
//	if err != nil {
//		return err
//	}
//	sums := models[0].Sum(langmodel.Normalize(text))
//	p := models[0].Probabilities(&sums) // p[i] is that of models[0].Labels[i]
//
// Features are character n-grams of one to five runes inside words, with the
// words' edges, and whole words; each is hashed into a table without telling
// collisions apart (Weinberger et al., Feature Hashing for Large Scale
// Multitask Learning, 2009). fastText's language identifier (Joulin et al., Bag
// of Tricks for Efficient Text Classification, 2016) is the same family, with a hidden layer.
package langmodel
