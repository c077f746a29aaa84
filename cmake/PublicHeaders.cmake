# public_headers(TARGET FILE...) names headers of a library that other programs may include; the
# rest is ours alone. Install.cmake installs them as brainalign/core/... and brainalign/client/...
function(public_headers target)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>)
  foreach(file ${ARGN})
    file(RELATIVE_PATH header ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    set_property(GLOBAL APPEND PROPERTY BRAINALIGN_PUBLIC_HEADERS ${header})
  endforeach()
endfunction()
