#!/bin/sh
# systemctl, driven by the node's `units:`: one file a unit in /.replay/units with a property a line, empty where the unit
# is known not to be there. A question of which nothing is described is told as undescribed.
units=/.replay/units all="$*"
verb='' quiet='' value='' properties='' types='' states='' given='' every=''

undescribed() {
  printf '%s\n' "systemctl $all" >>/.replay/undescribed
  echo "replay: undescribed: systemctl $all" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    -q | --quiet) quiet=1 ;;
    --value) value=1 ;;
    -a | --all) every=1 ;;
    -p | --property | -t | --type | --state | -n | --lines | -o | --output)
      case $1 in
        -p | --property) properties=$properties,$2 ;;
        -t | --type) types=,$2, ;;
        --state) states=,$2, ;;
      esac
      shift
      ;;
    -p*) properties=$properties,${1#-p} ;;
    --property=*) properties=$properties,${1#*=} ;;
    --type=*) types=,${1#*=}, ;;
    --state=*) states=,${1#*=}, ;;
    --no-legend | --legend=* | --plain | --no-pager | --full | -l | --lines=*) ;;
    -*) undescribed ;;
    *) if [ -z "$verb" ]; then verb=$1; else given="$given $1"; fi ;;
  esac
  shift
done

# Reads a unit's properties into `p_NAME`; `known` is empty where the unit is not there.
look() {
  case $1 in *.service | *.target | *.socket | *.timer | *.mount | *.swap | *.path) unit=$1 ;; *) unit=$1.service ;; esac
  [ -e "$units/$unit" ] || undescribed
  known='' p_LoadState=not-found p_ActiveState=inactive p_SubState=dead p_UnitFileState='' p_Description=$unit
  while IFS= read -r line; do
    known=1
    case ${line%%=*} in
      LoadState) p_LoadState=${line#*=} ;;
      ActiveState) p_ActiveState=${line#*=} ;;
      SubState) p_SubState=${line#*=} ;;
      UnitFileState) p_UnitFileState=${line#*=} ;;
      Description) p_Description=${line#*=} ;;
    esac
  done <"$units/$unit"
}

# Prints a property that is wanted. A list of structures is printed a line a part, and an empty one not at all (systemd, systemctl-show.c).
line() {
  case $1 in ExecStart= | EnvironmentFiles=) return ;; esac
  case $properties, in , | *",${1%%=*},"*)
    if [ -n "$value" ]; then printf '%s\n' "${1#*=}"; else printf '%s\n' "$1"; fi
    ;;
  esac
}

show() {
  if [ -z "$known" ]; then
    for each in LoadState=not-found ActiveState=inactive SubState=dead "Id=$unit" "Names=$unit" Result=success \
      UnitFileState= FragmentPath= DropInPaths= MainPID=0 NRestarts=0 Environment=; do line "$each"; done
  else
    while IFS= read -r each; do line "$each"; done <"$units/$unit"
  fi
}

# A property that is asked for and that nobody described would look like one that systemd does not know.
described() {
  [ -n "$known" ] || return 0
  rest=${properties#,},
  while [ -n "${rest%,}" ]; do
    name=${rest%%,*} rest=${rest#*,}
    found=
    while IFS= read -r line; do [ "${line%%=*}" != "$name" ] || found=1; done <"$units/$unit"
    [ -n "$found" ] || undescribed
  done
}

matches() {
  [ -n "$given" ] || return 0
  for pattern in $given; do
    # shellcheck disable=SC2254  # a pattern it is
    case $1 in $pattern | $pattern.service) return 0 ;; esac
  done
  return 1
}

set -f
case $verb in
  is-active | is-failed | is-enabled)
    status=3 alone=''
    [ "$verb" = is-active ] || status=1
    for u in $given; do
      look "$u"
      word=$p_ActiveState
      if [ "$verb" = is-enabled ]; then
        word=$p_UnitFileState
        [ -n "$known" ] && [ -n "$word" ] || {
          echo "Failed to get unit file state for $unit: No such file or directory" >&2
          continue
        }
      fi
      [ -n "$quiet" ] || echo "$word"
      case $verb:$word in
        is-active:active | is-active:reloading | is-failed:failed) status=0 ;;
        is-enabled:enabled | is-enabled:enabled-runtime | is-enabled:static | is-enabled:alias) status=0 ;;
        is-enabled:indirect | is-enabled:generated) status=0 ;;
      esac
    done
    exit $status
    ;;
  show)
    [ -n "$given" ] || undescribed
    for u in $given; do
      look "$u"
      described
      [ -z "$alone" ] || echo
      alone=1
      show
    done
    ;;
  cat)
    [ -n "$given" ] || undescribed
    status=0
    for u in $given; do
      look "$u"
      if [ -e "$units/$unit.cat" ]; then cat "$units/$unit.cat"; else
        [ -z "$known" ] || undescribed
        echo "No files found for $unit." >&2
        status=1
      fi
    done
    exit $status
    ;;
  get-default)
    [ -e /.replay/boot_target ] || undescribed
    cat /.replay/boot_target
    ;;
  list-units | list-unit-files)
    set +f
    for file in "$units"/*.*; do
      case $file in *.cat | *'*'*) continue ;; esac
      set -f
      look "${file##*/}"
      [ -n "$known" ] || continue
      matches "$unit" || continue
      case $types in '' | *",${unit##*.},"*) ;; *) continue ;; esac
      if [ "$verb" = list-unit-files ]; then
        [ -n "$p_UnitFileState" ] || continue
        case $states in '' | *",$p_UnitFileState,"*) echo "$unit $p_UnitFileState" ;; esac
        continue
      fi
      case $states in
        '') [ -n "$every" ] || [ "$p_ActiveState" != inactive ] || continue ;;
        *",$p_ActiveState,"* | *",$p_SubState,"* | *",$p_LoadState,"*) ;;
        *) continue ;;
      esac
      echo "$unit $p_LoadState $p_ActiveState $p_SubState $p_Description"
    done
    ;;
  *) undescribed ;;
esac
