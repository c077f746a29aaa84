# What our own targets are compiled with; generated code and other people's
# headers are not held to it.
add_library(brainalign_options INTERFACE)
target_include_directories(brainalign_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(brainalign_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Werror)
if(BRAINALIGN_SANITIZE)
  # g++ 12 under sanitizers warns of overlaps inside std::string::replace that cannot be, and of
  # members of std::function that std::regex leaves unset.
  target_compile_options(brainalign_options INTERFACE
    -fsanitize=${BRAINALIGN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(brainalign_options INTERFACE -fsanitize=${BRAINALIGN_SANITIZE})
endif()
