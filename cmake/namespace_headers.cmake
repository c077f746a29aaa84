# Writes public headers as they are installed: a path of one of ours, in an include or a comment,
# begins with brainalign/. Fails if a header includes one that is not installed, or anything but
# Abseil and the standard library.
#
#   cmake -D SOURCE=FOLDER -D TARGET=FOLDER -D HEADERS=LIST -P namespace_headers.cmake
#
# HEADERS are paths below SOURCE; they are written below TARGET/brainalign.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${TARGET}")
foreach(header ${HEADERS})
  file(READ "${SOURCE}/${header}" text)
  string(REGEX REPLACE "([^A-Za-z0-9_/.])((core|client)/[a-z0-9_/]+\\.h)" "\\1brainalign/\\2"
    text "${text}")
  string(REGEX MATCHALL "#[ ]*include[^\n]*" includes "${text}")
  foreach(include ${includes})
    string(REGEX MATCH "[\"<]([^\">]*)[\">]" path "${include}")
    set(path "${CMAKE_MATCH_1}")
    if(path MATCHES "^brainalign/(.*)$")
      if(NOT CMAKE_MATCH_1 IN_LIST HEADERS)
        message(FATAL_ERROR "${header} is public and includes ${CMAKE_MATCH_1}, which is not; "
          "name both in public_headers(), or neither")
      endif()
    elseif(NOT path MATCHES "^absl/" AND NOT path MATCHES "^[a-z_]+$")
      message(FATAL_ERROR "${header} is public and includes ${path}; a public header includes "
        "public headers, Abseil and the standard library")
    endif()
  endforeach()
  file(WRITE "${TARGET}/brainalign/${header}" "${text}")
endforeach()
