# What `cmake --install` puts where. Components: client and server, the programs, each a
# package (Packages.cmake); bench; development, the libraries with their CMake package.
# What belongs to a machine and not to a prefix (unit, configuration) is in packages alone.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS brainalign COMPONENT client)
install(TARGETS brainalignd COMPONENT server)
if(BRAINALIGN_BUILD_BENCH)
  install(TARGETS brainalign-bench brainalign-bench-upload COMPONENT bench)
endif()

# Made by the target brainalign_shell_files.
set(shell_files ${CMAKE_BINARY_DIR}/shell_files)
install(FILES ${shell_files}/brainalign.bash RENAME brainalign
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT client)
install(FILES ${shell_files}/_brainalign
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT client)
install(DIRECTORY ${shell_files}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT client)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/brainalign)
set_target_properties(brainalign_core PROPERTIES EXPORT_NAME core)
set_target_properties(brainalign_client PROPERTIES EXPORT_NAME client)
set_target_properties(brainalign_experiment PROPERTIES EXPORT_NAME experiment)
set_target_properties(brainalign_proto PROPERTIES EXPORT_NAME proto)
set_target_properties(brainalign_grpc PROPERTIES EXPORT_NAME grpc)
install(TARGETS brainalign_core brainalign_experiment EXPORT brainalignCoreTargets
  ARCHIVE COMPONENT development INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS brainalign_client brainalign_grpc brainalign_proto EXPORT brainalignClientTargets
  ARCHIVE COMPONENT development INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
foreach(targets brainalignCoreTargets brainalignClientTargets)
  install(EXPORT ${targets} NAMESPACE brainalign:: DESTINATION ${package_folder}
    COMPONENT development)
endforeach()

# The public headers, with paths that begin with brainalign/.
get_property(public_headers GLOBAL PROPERTY BRAINALIGN_PUBLIC_HEADERS)
list(TRANSFORM public_headers PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE public_header_files)
set(header_folder ${CMAKE_BINARY_DIR}/installed_headers)
set(headers_script ${CMAKE_SOURCE_DIR}/cmake/namespace_headers.cmake)
add_custom_command(OUTPUT ${header_folder}.written
  COMMAND ${CMAKE_COMMAND} -D SOURCE=${CMAKE_SOURCE_DIR} -D TARGET=${header_folder}
          -D "HEADERS=${public_headers}" -P ${headers_script}
  COMMAND ${CMAKE_COMMAND} -E touch ${header_folder}.written
  DEPENDS ${public_header_files} ${headers_script}
  VERBATIM)
add_custom_target(brainalign_installed_headers ALL DEPENDS ${header_folder}.written)
install(DIRECTORY ${header_folder}/brainalign DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development)

configure_package_config_file(cmake/brainalignConfig.cmake.in
  ${CMAKE_BINARY_DIR}/brainalignConfig.cmake INSTALL_DESTINATION ${package_folder})
# Nothing is promised to programs between 0.x and 0.y.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/brainalignConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_BINARY_DIR}/brainalignConfig.cmake
  ${CMAKE_BINARY_DIR}/brainalignConfigVersion.cmake
  cmake/CoreDependencies.cmake
  cmake/ClientDependencies.cmake
  DESTINATION ${package_folder} COMPONENT development)
# For clients in other languages.
install(DIRECTORY proto/brainalign DESTINATION ${CMAKE_INSTALL_DATADIR}/brainalign/proto
  COMPONENT development FILES_MATCHING PATTERN *.proto)
