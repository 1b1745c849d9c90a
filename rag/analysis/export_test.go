package analysis

import "sync"

// Forget makes the next text the first that is analysed.
func Forget() { scratches = sync.Pool{New: scratches.New} }
