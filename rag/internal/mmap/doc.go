// Package mmap maps files into memory.
package mmap
