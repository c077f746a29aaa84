# What brainalign_client is linked with beside brainalign_core: for the build, and, installed
# beside the package's configuration, for programs that link it.
find_package(OpenSSL 3.0 REQUIRED)
find_package(Protobuf REQUIRED)  # module mode: must come before gRPC
find_package(gRPC CONFIG REQUIRED)

# CRC32C, with the processor's instruction where there is one.
find_library(ISAL_LIBRARY isal REQUIRED)
find_path(ISAL_INCLUDE_DIR isa-l/crc.h REQUIRED)
if(NOT TARGET isal::isal)
  add_library(isal::isal INTERFACE IMPORTED)
  set_target_properties(isal::isal PROPERTIES
    INTERFACE_LINK_LIBRARIES ${ISAL_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${ISAL_INCLUDE_DIR})
endif()
