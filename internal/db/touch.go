package db

// Touch notes that a transaction changes what topic and id name. Whoever watches the topic is told once it is committed.
func (t *Tx) Touch(topic string, id int64) {
	if t.touched == nil {
		t.touched = map[string][]int64{}
	}
	t.touched[topic] = append(t.touched[topic], id)
}

// Watch has told called, before InTx returns, with what a transaction of this program touched; also when nobody knows whether
// its commit came through. Call it at wiring.
func (d *DB) Watch(topic string, told func(ids []int64)) {
	d.watching.Lock()
	defer d.watching.Unlock()
	if d.watchers == nil {
		d.watchers = map[string][]func([]int64){}
	}
	d.watchers[topic] = append(d.watchers[topic], told)
}

func (d *DB) tell(touched map[string][]int64) {
	for topic, ids := range touched {
		d.watching.RLock()
		watchers := d.watchers[topic]
		d.watching.RUnlock()
		for _, told := range watchers {
			told(ids)
		}
	}
}
