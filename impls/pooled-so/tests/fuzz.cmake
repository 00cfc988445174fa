# fuzz.cmake -- bin/tests/family.fuzz: the malloc family in its checked form under libFuzzer, which only
# clang has; so clang compiles it, whatever compiles the rest.  make fuzz runs it for long.
find_program(HEAPSTAKES_CLANG clang)
set(flags -std=c11 -O1 -g -fsanitize=fuzzer,undefined -fno-sanitize-recover=all
  -fno-builtin-malloc -fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free)

# HEAPSTAKES_HAS_FUZZER: whether clang and its runtime are there.
if(HEAPSTAKES_CLANG AND NOT DEFINED HEAPSTAKES_HAS_FUZZER)
  set(probe ${CMAKE_CURRENT_BINARY_DIR}/fuzz_probe)
  file(WRITE ${probe}.c "int LLVMFuzzerTestOneInput(const char *data, unsigned long n) { return data == 0 && n; }\n")
  execute_process(COMMAND ${HEAPSTAKES_CLANG} ${flags} -o ${probe} ${probe}.c
    RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  if(status EQUAL 0)
    set(HEAPSTAKES_HAS_FUZZER ON CACHE INTERNAL "clang has libFuzzer")
  endif()
endif()

if(HEAPSTAKES_HAS_FUZZER)
  set(fuzz_sources ${CMAKE_CURRENT_LIST_DIR}/fuzz.c)
  get_target_property(family_folder heapstakes-pooled SOURCE_DIR)
  get_target_property(family_sources heapstakes-pooled SOURCES)
  foreach(source IN LISTS family_sources)
    get_filename_component(source ${source} ABSOLUTE BASE_DIR ${family_folder})
    list(APPEND fuzz_sources ${source})
  endforeach()
  file(GLOB headers CONFIGURE_DEPENDS ${family_folder}/*.h ${PROJECT_SOURCE_DIR}/impls/parts/*.h)
  set(fuzzer ${PROJECT_BINARY_DIR}/bin/tests/family.fuzz)
  add_custom_command(OUTPUT ${fuzzer}
    COMMAND ${HEAPSTAKES_CLANG} ${flags} -I${family_folder} -I${PROJECT_SOURCE_DIR}/impls
      -o ${fuzzer} ${fuzz_sources} -lpthread
    DEPENDS ${fuzz_sources} ${headers} VERBATIM COMMENT "Building family.fuzz")
  add_custom_target(fuzz ALL DEPENDS ${fuzzer})
  add_test(NAME pooled-so.fuzz COMMAND ${fuzzer} -seed=1 -runs=20000 -max_len=400 -verbosity=0)
else()
  add_test(NAME pooled-so.fuzz
    COMMAND sh -c "echo 'skipped: no libFuzzer; install the packages clang and libclang-rt-14-dev'; exit 77")
endif()
set_tests_properties(pooled-so.fuzz PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
