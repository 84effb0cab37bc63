"""Words of the field as pure Python: codes, records, rights, validity. No geometry engine, no I/O."""
