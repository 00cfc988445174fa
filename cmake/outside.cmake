# outside.cmake -- outside contestants: programs of their own, in another language, that do the work of
# a workload with the same objects and speak as a cell does.

# mm_outside(NAME PROGRAM path PACKAGE deb EXTENSION ext WORKLOADS workload.. SHARED file..
#            COMMAND word.. | LINK library.. [DEFINE definition..])
#   builds bin/<workload>.NAME from <workload>.EXTENSION and the shared files of this folder, for each
#   of the workloads that is built.
#   PROGRAM: the compiler, as find_program found it; without it the contestant is listed as missing,
#     with the package to install.
#   COMMAND: what builds one; in it <OUTPUT> is the file to make, and <SOURCES> what to make it of.
#   LINK: without a command, it is compiled as the cells are, and linked with these libraries.
function(mm_outside name)
  cmake_parse_arguments(ARG "" "PROGRAM;PACKAGE;EXTENSION" "WORKLOADS;SHARED;COMMAND;LINK;DEFINE" ${ARGN})
  if(HEAPSTAKES_MANAGERS AND NOT name IN_LIST HEAPSTAKES_MANAGERS)
    return()
  endif()
  if(HEAPSTAKES_SANITIZE)
    message(STATUS "${name}: left out, since no sanitizer can see into it")
    return()
  endif()
  get_property(built GLOBAL PROPERTY MM_WORKLOADS)
  set(workloads "")
  foreach(workload IN LISTS ARG_WORKLOADS)
    if(workload IN_LIST built)
      list(APPEND workloads ${workload})
    endif()
  endforeach()
  set_property(GLOBAL PROPERTY MM_OUTSIDE_WORKLOADS_${name} "${workloads}")
  if(NOT ARG_PROGRAM)
    message(STATUS "${name}: unavailable; install the package ${ARG_PACKAGE}")
    set_property(GLOBAL APPEND PROPERTY MM_MISSING "${name}=${ARG_PACKAGE}")
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY MM_OUTSIDE ${name})
  foreach(workload IN LISTS workloads)
    set(sources ${ARG_SHARED} ${workload}.${ARG_EXTENSION})
    if(ARG_COMMAND)
      mm_outside_program(${name} ${workload} "${sources}" "${ARG_COMMAND}")
    else()
      add_executable(${workload}.${name} ${sources})
      target_compile_definitions(${workload}.${name} PRIVATE ${ARG_DEFINE})
      target_link_libraries(${workload}.${name} PRIVATE ${ARG_LINK})
      set_target_properties(${workload}.${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
    endif()
  endforeach()
endfunction()

# One of its programs, of these sources.
function(mm_outside_program name workload sources command)
  set(output ${PROJECT_BINARY_DIR}/bin/${workload}.${name})
  list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set(words "")
  foreach(word IN LISTS command)
    if(word STREQUAL "<SOURCES>")
      list(APPEND words ${sources})
    elseif(word STREQUAL "<OUTPUT>")
      list(APPEND words ${output})
    else()
      list(APPEND words "${word}")
    endif()
  endforeach()
  add_custom_command(OUTPUT ${output} COMMAND ${words} DEPENDS ${sources} VERBATIM
    COMMENT "Building ${workload}.${name}")
  add_custom_target(outside.${workload}.${name} ALL DEPENDS ${output})
endfunction()

# What cells.json says of an outside contestant: its workloads.  Nothing of a manager, who has all.
function(mm_outside_facts name result)
  get_property(is_outside GLOBAL PROPERTY MM_OUTSIDE_WORKLOADS_${name} SET)
  get_property(workloads GLOBAL PROPERTY MM_OUTSIDE_WORKLOADS_${name})
  if(is_outside)
    list(TRANSFORM workloads REPLACE "(.+)" "\"\\1\"")
    list(JOIN workloads ", " workloads)
    set(${result} ", \"workloads\": [${workloads}]" PARENT_SCOPE)
  else()
    set(${result} "" PARENT_SCOPE)
  endif()
endfunction()
