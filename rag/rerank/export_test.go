package rerank

// Size gives how many bytes m counts.
func (m *Memory) Size() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.size
}
