# matrix.cmake -- every workload against every manager: one executable a cell.

# mm_manager(NAME [FOLDER dir] [REFEREE] [PARTS part..] [PACKAGE deb [MODULE pc] HEADER h LIBRARY lib]
#            [LINK lib..] [IS_MALLOC] [INSTEAD dir] [WORKLOADS name..])
#   compiles FOLDER/*.c (default: NAME) and the named parts; the folder holds mm_impl.h.
#   REFEREE: it checks workloads and counts what they do, and is not raced.
#   PACKAGE: a peer; without its header or library it is listed as missing.
#   MODULE: what pkg-config calls it, where the header needs folders of its own.
#   IS_MALLOC: its library replaces malloc in the whole process, as a sanitizer does.
#   INSTEAD: headers that stand before those of the same name everywhere else.
#   WORKLOADS: it is built for these alone, and raced only if --managers names it.
function(mm_manager name)
  cmake_parse_arguments(ARG "REFEREE;IS_MALLOC" "FOLDER;PACKAGE;MODULE;HEADER;LIBRARY;INSTEAD" "PARTS;LINK;WORKLOADS" ${ARGN})
  if(HEAPSTAKES_MANAGERS AND NOT name IN_LIST HEAPSTAKES_MANAGERS AND NOT ARG_REFEREE)
    return()
  endif()
  if(NOT ARG_FOLDER)
    set(ARG_FOLDER ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  endif()
  if(NOT EXISTS ${ARG_FOLDER}/mm_impl.h)
    message(STATUS "${name}: ${ARG_FOLDER} has no mm_impl.h")
    return()
  endif()
  if(ARG_IS_MALLOC AND HEAPSTAKES_SANITIZE)
    message(STATUS "${name}: left out, since both it and the sanitizer replace malloc")
    return()
  endif()
  if(ARG_PACKAGE AND HEAPSTAKES_SANITIZE STREQUAL "thread")
    message(STATUS "${name}: left out, since the thread sanitizer cannot see into it")
    return()
  endif()
  set(links ${ARG_LINK})
  if(ARG_PACKAGE)
    string(TOUPPER ${name} upper)
    set(HEAPSTAKES_${upper}_ROOT "" CACHE PATH "Where a build of ${name} is, instead of the system's")
    if(ARG_MODULE)
      find_package(PkgConfig QUIET)
      pkg_check_modules(${name}_MODULE QUIET ${ARG_MODULE})
    endif()
    find_path(${name}_INCLUDE ${ARG_HEADER} HINTS ${HEAPSTAKES_${upper}_ROOT}/include ${${name}_MODULE_INCLUDE_DIRS})
    find_library(${name}_LIBRARY ${ARG_LIBRARY} HINTS ${HEAPSTAKES_${upper}_ROOT}/lib ${${name}_MODULE_LIBRARY_DIRS})
    if(NOT ${name}_INCLUDE OR NOT ${name}_LIBRARY)
      message(STATUS "${name}: unavailable; install the package ${ARG_PACKAGE}")
      set_property(GLOBAL APPEND PROPERTY MM_MISSING "${name}=${ARG_PACKAGE}")
      return()
    endif()
    list(APPEND links ${${name}_LIBRARY})
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${ARG_FOLDER}/*.c)
  set(parts ${ARG_PARTS})
  list(TRANSFORM parts PREPEND ${PROJECT_SOURCE_DIR}/impls/parts/)
  list(TRANSFORM parts APPEND .c)
  add_library(impl_${name} OBJECT ${sources} ${parts} ${PROJECT_SOURCE_DIR}/impls/conformance.c)
  target_include_directories(impl_${name}
    PUBLIC ${ARG_INSTEAD} ${ARG_FOLDER} ${PROJECT_SOURCE_DIR}/impls
    PRIVATE ${PROJECT_SOURCE_DIR}/impls/parts/unwatched)
  if(ARG_PACKAGE)
    target_include_directories(impl_${name} SYSTEM PUBLIC ${${name}_INCLUDE} ${${name}_MODULE_INCLUDE_DIRS})
  endif()
  # Allocation is opaque: no pair of calls is deleted, no malloc becomes calloc.
  target_compile_options(impl_${name} PUBLIC
    -fno-builtin-malloc -fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free)
  target_link_libraries(impl_${name} PUBLIC mm_parts ${links})
  if(ARG_WORKLOADS)
    set_property(GLOBAL APPEND PROPERTY MM_ON_REQUEST ${name})
    set_property(GLOBAL PROPERTY MM_WORKLOADS_OF_${name} ${ARG_WORKLOADS})
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY MM_MANAGERS ${name})
  set_property(GLOBAL PROPERTY MM_IS_MALLOC_${name} ${ARG_IS_MALLOC})
  if(ARG_REFEREE)
    set_property(GLOBAL APPEND PROPERTY MM_REFEREES ${name})
  endif()
endfunction()

# mm_cell(TARGET WORKLOAD MANAGER WATCH FOLDER): one executable.
function(mm_cell target workload manager watch folder)
  add_executable(${target} ${CMAKE_CURRENT_SOURCE_DIR}/${workload}.c)
  target_include_directories(${target} PRIVATE
    ${PROJECT_SOURCE_DIR}/impls/parts/${watch} ${PROJECT_SOURCE_DIR}/benches)
  target_link_libraries(${target} PRIVATE impl_${manager} harness_cell)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${folder} OUTPUT_NAME ${workload}.${manager})
endfunction()

# mm_workload(NAME): benches/NAME.c, once per manager (target cells), and once more to be probed (target probes).
# tests/CMakeLists.txt makes a test of each: the referee must let it pass, and all must agree.
function(mm_workload name)
  if(HEAPSTAKES_WORKLOADS AND NOT name IN_LIST HEAPSTAKES_WORKLOADS)
    return()
  endif()
  get_property(managers GLOBAL PROPERTY MM_MANAGERS)
  get_property(on_request GLOBAL PROPERTY MM_ON_REQUEST)
  foreach(manager IN LISTS on_request)
    get_property(wanted GLOBAL PROPERTY MM_WORKLOADS_OF_${manager})
    if(name IN_LIST wanted)
      list(APPEND managers ${manager})
    endif()
  endforeach()
  foreach(manager IN LISTS managers)
    mm_cell(${name}.${manager} ${name} ${manager} unwatched bin)
    add_dependencies(cells ${name}.${manager})
    mm_cell(probe.${name}.${manager} ${name} ${manager} probe bin/probe)
    set_target_properties(probe.${name}.${manager} PROPERTIES EXCLUDE_FROM_ALL ON)
    add_dependencies(probes probe.${name}.${manager})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY MM_WORKLOADS ${name})
endfunction()
add_custom_target(cells)
add_custom_target(probes)

# mm_write_manifest(): bin/cells.json, from which the heapstakes command knows what was built.
function(mm_write_manifest)
  get_property(managers GLOBAL PROPERTY MM_MANAGERS)
  get_property(referees GLOBAL PROPERTY MM_REFEREES)
  get_property(on_request GLOBAL PROPERTY MM_ON_REQUEST)
  get_property(missing GLOBAL PROPERTY MM_MISSING)
  get_property(outside GLOBAL PROPERTY MM_OUTSIDE)
  get_property(workloads GLOBAL PROPERTY MM_WORKLOADS)
  set(rows "")
  foreach(manager IN LISTS managers)
    if(manager IN_LIST referees)
      list(APPEND rows "    {\"name\": \"${manager}\", \"role\": \"referee\"}")
    else()
      list(APPEND rows "    {\"name\": \"${manager}\", \"role\": \"contestant\"}")
    endif()
  endforeach()
  foreach(contestant IN LISTS outside)
    mm_outside_facts(${contestant} facts)
    list(APPEND rows "    {\"name\": \"${contestant}\", \"role\": \"outside\"${facts}}")
  endforeach()
  foreach(manager IN LISTS on_request)
    list(APPEND rows "    {\"name\": \"${manager}\", \"role\": \"on_request\"}")
  endforeach()
  foreach(pair IN LISTS missing)
    string(REPLACE "=" ";" pair "${pair}")
    list(GET pair 0 manager)
    list(GET pair 1 package)
    mm_outside_facts(${manager} facts)
    list(APPEND rows
      "    {\"name\": \"${manager}\", \"role\": \"missing\", \"package\": \"${package}\"${facts}}")
  endforeach()
  string(REPLACE ";" ",\n" rows "${rows}")
  set(names ${workloads})
  list(TRANSFORM names REPLACE "(.+)" "    \"\\1\"")
  string(REPLACE ";" ",\n" names "${names}")
  string(TOUPPER "${CMAKE_BUILD_TYPE}" kind)
  string(STRIP "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${kind}}" flags)
  file(WRITE ${PROJECT_BINARY_DIR}/bin/cells.json "{
  \"schema\": \"heapstakes/cells/1\",
  \"version\": \"${PROJECT_VERSION}\",
  \"compiler\": \"${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}\",
  \"flags\": \"${flags}\",
  \"build_type\": \"${CMAKE_BUILD_TYPE}\",
  \"sanitize\": \"${HEAPSTAKES_SANITIZE}\",
  \"source\": \"${PROJECT_SOURCE_DIR}\",
  \"managers\": [\n${rows}\n  ],
  \"workloads\": [\n${names}\n  ]
}
")
endfunction()
