#!/bin/sh
# sudo as a login's `sudo:` says: free, password or no; the messages are those of sudo 1.8.
# shellcheck disable=SC1090,SC1091
sudo='' password=''
[ "${ROOT_RUN:-0}" = 1 ] || . /.replay/logins/"$LOGNAME"
from='' user=root check=''
while [ $# -gt 0 ]; do
  case $1 in
    -n | --non-interactive) from=nobody ;;
    -S | --stdin) from=stdin ;;
    -p | -u | -g | -h | --prompt | --user)
      [ "$1" = -u ] || [ "$1" = --user ] && user=$2
      shift
      ;;
    -v | --validate | -l | --list) check=$1 ;;
    -k | -K) check=$1 ;;
    --) shift && break ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
if [ "${ROOT_RUN:-0}" != 1 ] && [ "$sudo" != free ]; then
  case $from in
    nobody) echo 'sudo: a password is required' >&2 && exit 1 ;;
    stdin) ;;
    *) echo 'sudo: no tty present and no askpass program specified' >&2 && exit 1 ;;
  esac
  tries=0
  until IFS= read -r given && [ -n "$password" ] && [ "$given" = "$password" ]; do
    [ -n "$given" ] || { echo 'sudo: no password was provided' >&2 && exit 1; }
    tries=$((tries + 1))
    [ $tries -lt 3 ] || { echo 'sudo: 3 incorrect password attempts' >&2 && exit 1; }
    echo 'Sorry, try again.' >&2
  done
  [ "$sudo" = no ] && echo "$LOGNAME is not in the sudoers file.  This incident will be reported." >&2 && exit 1
fi
[ -z "$check" ] || [ $# -gt 0 ] || exit 0
[ $# -gt 0 ] || exit 1
SUDO_USER=$LOGNAME
export SUDO_USER
if [ "$user" != root ]; then
  LOGNAME=$user USER=$user ROOT_RUN=0
  export LOGNAME USER ROOT_RUN
  exec /.replay/become --reuid "$user" --regid "$user" --clear-groups env -- "$@"
fi
HOME=/root LOGNAME=root USER=root ROOT_RUN=1
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME LOGNAME USER ROOT_RUN PATH
case $1 in
  *=*) exec /.replay/become --reuid 0 --regid 0 --clear-groups env "$@" ;;
esac
exec /.replay/become --reuid 0 --regid 0 --clear-groups -- "$@"
