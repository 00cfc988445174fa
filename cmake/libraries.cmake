# libraries.cmake -- where the libraries are that the cell and the command share: NAME_INCLUDE and
# NAME_LIBRARY, or an error that names the package.
foreach(need "HWLOC hwloc.h hwloc libhwloc-dev" "JANSSON jansson.h jansson libjansson-dev")
  separate_arguments(need)
  list(GET need 0 name)
  list(GET need 1 header)
  list(GET need 2 library)
  list(GET need 3 package)
  find_path(${name}_INCLUDE ${header})
  find_library(${name}_LIBRARY ${library})
  if(NOT ${name}_INCLUDE OR NOT ${name}_LIBRARY)
    message(FATAL_ERROR "${library} is missing: install the package ${package}")
  endif()
endforeach()
