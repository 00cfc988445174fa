# options.cmake -- one set of flags for all that is raced (design: equal terms).
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# -O2 and the distribution's baseline instructions.  Vectorising straight-line code makes GCC 12
# pack two roots into one register and spill it; it is off for everyone.  Functions and loops are
# aligned for everyone, since where a loop happens to stand is worth a tenth of its time: the good
# loop of buffer_reuse took 0.88 to 1.24 of the time of the same instructions at another address.
set(release_flags "-O2 -g -DNDEBUG -fno-tree-slp-vectorize -falign-functions=64 -falign-loops=32")
set(CMAKE_C_FLAGS_RELEASE "${release_flags}")
set(CMAKE_CXX_FLAGS_RELEASE "${release_flags}")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g")

add_compile_options(-Wall -Wextra -Wconversion -Wshadow)
add_compile_options($<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>)
if(HEAPSTAKES_WERROR)
  add_compile_options(-Werror)
endif()

if(HEAPSTAKES_FAST_LINK)
  find_program(HEAPSTAKES_GOLD ld.gold)
  if(HEAPSTAKES_GOLD)
    add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-fuse-ld=gold>)
  endif()
endif()

# A sanitizer's report names functions and lines, and asks for no more of what the debugger knows: the
# rest takes a fifth of such a build's time.
if(HEAPSTAKES_SANITIZE)
  add_compile_options(-g1)
endif()
if(HEAPSTAKES_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(HEAPSTAKES_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(HEAPSTAKES_SANITIZE)
  message(FATAL_ERROR "HEAPSTAKES_SANITIZE is address, thread or empty, not ${HEAPSTAKES_SANITIZE}")
endif()
