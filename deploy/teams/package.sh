#!/bin/bash
# Makes the app package that a Teams administrator uploads.
#
#   deploy/teams/package.sh APP_ID OUTPUT.zip
#
# APP_ID is the application (client) id of the bot's registration.
set -euo pipefail

if [[ $# -ne 2 || ! $1 =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]]; then
  echo "usage: deploy/teams/package.sh APP_ID OUTPUT.zip   (APP_ID is a GUID)" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
python3 - "$here" "$1" "$2" <<'PYTHON'
import pathlib
import sys
import zipfile

here, app_id, output = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
manifest = (here / "manifest.json").read_text().replace("00000000-0000-0000-0000-000000000000", app_id)
with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as package:
    package.writestr("manifest.json", manifest)
    for icon in ("color.png", "outline.png"):
        package.write(here / icon, icon)
print(output)
PYTHON
