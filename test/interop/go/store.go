package main

import (
	"bytes"
	"cmp"
	"slices"
	"sync"
)

// recordStore keeps records in memory, and gives the set of them in the order in which syncs compare.
type recordStore struct {
	mutex   sync.Mutex
	records map[[32]byte]*record
}

func newRecordStore() *recordStore {
	return &recordStore{records: map[[32]byte]*record{}}
}

// add says whether the record is new.
func (store *recordStore) add(checked *record) bool {
	store.mutex.Lock()
	defer store.mutex.Unlock()
	if _, isThere := store.records[checked.digest]; isThere {
		return false
	}
	store.records[checked.digest] = checked
	return true
}

func (store *recordStore) get(digest [32]byte) *record {
	store.mutex.Lock()
	defer store.mutex.Unlock()
	return store.records[digest]
}

func (store *recordStore) ids() []any {
	store.mutex.Lock()
	defer store.mutex.Unlock()
	ids := make([]any, 0, len(store.records))
	for digest := range store.records {
		ids = append(ids, recordID(digest))
	}
	return ids
}

func (store *recordStore) set() recordSet {
	store.mutex.Lock()
	defer store.mutex.Unlock()
	set := make(recordSet, 0, len(store.records))
	for digest, each := range store.records {
		set = append(set, item{createdAt: each.createdAt(), digest: digest})
	}
	set.sort()
	return set
}

func (set recordSet) sort() {
	slices.SortFunc(set, func(first, second item) int {
		return cmp.Or(cmp.Compare(first.createdAt, second.createdAt), bytes.Compare(first.digest[:], second.digest[:]))
	})
}
