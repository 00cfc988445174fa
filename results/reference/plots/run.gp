# run.gp -- draws the figures of this run: gnuplot run.gp
scripts = '../../../plots'
caption = '20261123T070615Z-standard: 10 rounds, size normal, heap factor 2, seed 1; AMD EPYC'
manager_count = 11
array manager_name[11] = ['none', 'libc (glibc 2.36)', 'jemalloc 5.3.0', 'mimalloc 2.0.9', 'tcmalloc (gperftools 2.10)', 'Boehm 8.2.2', 'pooled', 'arena', 'refcount', 'marksweep', 'tricolor']
throughput_panels = 21
array throughput_name[21] = ['format_loop/bad', 'format_loop/good', 'slice_growth/bad', 'slice_growth/good', 'buffer_reuse/bad', 'buffer_reuse/good', 'binary_trees', 'gcbench', 'quad_trees', 'table_churn', 'linked_queue', 'cyclic_graph', 'deep_list', 'large_arrays', 'phases', 'shared_graph', 'mixed_sizes', 'migrate', 'word_index', 'request_latency', 'json_documents']
reuse_panels = 3
array reuse_name[3] = ['format_loop', 'slice_growth', 'buffer_reuse']
latency_panels = 1
array latency_name[1] = ['request_latency']
pauses_panels = 20
array pauses_name[20] = ['format_loop/bad', 'slice_growth/bad', 'slice_growth/good', 'buffer_reuse/bad', 'buffer_reuse/good', 'binary_trees', 'gcbench', 'quad_trees', 'table_churn', 'linked_queue', 'cyclic_graph', 'deep_list', 'large_arrays', 'phases', 'shared_graph', 'mixed_sizes', 'migrate', 'word_index', 'request_latency', 'json_documents']
time_memory_panels = 21
array time_memory_name[21] = ['format_loop/bad', 'format_loop/good', 'slice_growth/bad', 'slice_growth/good', 'buffer_reuse/bad', 'buffer_reuse/good', 'binary_trees', 'gcbench', 'quad_trees', 'table_churn', 'linked_queue', 'cyclic_graph', 'deep_list', 'large_arrays', 'phases', 'shared_graph', 'mixed_sizes', 'migrate', 'word_index', 'request_latency', 'json_documents']
load scripts."/all.gp"
