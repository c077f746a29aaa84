# Bundles the charts of reports: cmake -D SOURCE=... -D WORK=... -D OUT=... -D NPM=... -D NEED=...
# SOURCE has package.json, its lock file and charts.js; WORK is where npm installs. Without npm or
# its registry the bundle is empty, unless NEED is ON.
function(give_up why)
  if(NEED STREQUAL "ON")
    message(FATAL_ERROR "The charts of reports cannot be bundled: ${why}")
  endif()
  message(NOTICE "Reports will show still figures only: ${why}\n"
    "Install npm, remove ${OUT} and build again for charts that move.")
  file(WRITE ${OUT} "")
endfunction()

if(NEED STREQUAL "OFF")
  file(WRITE ${OUT} "")
  return()
endif()
if(NOT NPM)
  give_up("npm is not installed")
  return()
endif()
file(REMOVE_RECURSE ${WORK})
file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json ${SOURCE}/charts.js DESTINATION ${WORK})
# The lock file has the hash of each package, and no address: npm asks the registry it is set up with.
execute_process(
  COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1
          --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=2000 --fetch-timeout=30000
  WORKING_DIRECTORY ${WORK} TIMEOUT 240
  RESULT_VARIABLE failure OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT failure EQUAL 0)
  give_up("npm ci failed (${failure}): ${said}")
  return()
endif()
file(READ ${SOURCE}/charts_notice.txt notice)
execute_process(
  COMMAND ${WORK}/node_modules/.bin/esbuild charts.js --bundle --minify --format=iife
          --target=es2020 --charset=ascii --legal-comments=none --log-level=error
          --outfile=bundle.js
  WORKING_DIRECTORY ${WORK} TIMEOUT 120
  RESULT_VARIABLE failure OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT failure EQUAL 0)
  give_up("esbuild failed (${failure}): ${said}")
  return()
endif()
file(READ ${WORK}/bundle.js bundle)
file(WRITE ${OUT} "${notice}${bundle}")
