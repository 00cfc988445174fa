# renamed.cmake -- pooled-so.together.renamed: together.c with the sources of the library in one program,
# and the family under other names.  So the thread sanitizer, whose own malloc stays, sees into both.
set(target test.family.together.renamed)
add_executable(${target} ${CMAKE_CURRENT_LIST_DIR}/together.c ${sources})
target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/impls)
foreach(call malloc free calloc realloc reallocarray aligned_alloc posix_memalign memalign valloc pvalloc
        malloc_usable_size malloc_trim mallinfo2)
  target_compile_definitions(${target} PRIVATE ${call}=renamed_${call})
endforeach()
target_link_libraries(${target} PRIVATE pthread)
set_target_properties(${target} PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin/tests OUTPUT_NAME family.together.renamed)
add_test(NAME pooled-so.together.renamed COMMAND ${target} renamed)
set_tests_properties(pooled-so.together.renamed PROPERTIES TIMEOUT 300
  ENVIRONMENT "TSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/renamed.supp")
