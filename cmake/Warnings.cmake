# What our own targets are compiled with; generated code and other people's
# headers are not held to it.
add_library(brainalign_options INTERFACE)
target_include_directories(brainalign_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(brainalign_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual
  # g++ 12 warns of overlaps inside std::string that cannot be.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${BRAINALIGN_WERROR}>:-Werror>)
if(BRAINALIGN_SANITIZE)
  # g++ 12 under sanitizers warns of members of std::function that std::regex leaves unset.
  target_compile_options(brainalign_options INTERFACE
    -fsanitize=${BRAINALIGN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(brainalign_options INTERFACE -fsanitize=${BRAINALIGN_SANITIZE})
endif()
if(CMAKE_UNITY_BUILD)
  # Sources that are compiled together are included, and nobody else includes what they define.
  target_compile_options(brainalign_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
