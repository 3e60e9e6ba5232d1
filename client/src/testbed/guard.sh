# Ends a development chain's node and removes its folder ($1) when standard input ends: whoever holds the other end has no more to
# do for that than to go, or to die. Lines say which process the node is; an empty one, that it has ended.
trap '' HUP INT QUIT TERM
node=
while read -r line; do node=$line; done
tenths=0
while [ -n "$node" ] && [ $tenths -lt 700 ] && kill -0 "$node" 2>/dev/null; do
	case $tenths in
		0) kill -TERM "$node" ;;
		600) kill -KILL "$node" ;;
	esac
	tenths=$((tenths + 1))
	sleep 0.1
done
rm -rf -- "$1"
