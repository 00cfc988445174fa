#!/bin/sh
# programs.sh LIBRARY PROGRAM SOURCE -- a program does its own work, threads and forks included, with the
# library for its malloc: what it prints is what it prints without.  SOURCE is the project's tree.
# Status 77: the program is not there.
set -u
library=$1
program=$2
tree=$3
command -v "$program" >/dev/null || {
    echo "skipped: $program is not installed"
    exit 77
}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
git_settings="-c user.name=a -c user.email=a@b -c init.defaultBranch=main -c gc.autoDetach=false"

work_python3() {
    cat >work.py <<'PY'
import hashlib, json, multiprocessing, os, re, subprocess, sys, threading, zlib

def digest(n):
    table = {str(i): [i, i * 0.5, "x" * (i % 90)] for i in range(n)}
    text = json.dumps(table, sort_keys=True)
    assert json.loads(text) == table
    words = re.findall(r"[0-9]+\.5", text)
    return hashlib.sha256(zlib.compress(text.encode()) + str(len(words)).encode()).hexdigest()

def in_thread(out, n):
    out[n] = digest(n)

out = {}
threads = [threading.Thread(target=in_thread, args=(out, 500 + n)) for n in range(4)]
for thread in threads:
    thread.start()
child = subprocess.run([sys.executable, "-c", "print(sum(len(str(i)) for i in range(20000)))"],
                       capture_output=True, text=True, check=True)
pid = os.fork()
if pid == 0:
    os._exit(0 if digest(300) == digest(300) else 1)
print("forked:", os.waitpid(pid, 0)[1])
for thread in threads:
    thread.join()
print(sorted(out.items()), child.stdout)
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(digest, [100, 200, 300]))
data = bytearray()
for i in range(2000):
    data += bytes([i % 251]) * 997
print(hashlib.sha256(data).hexdigest())
PY
    python3 work.py
}

work_perl() {
    cat >work.pl <<'PERL'
use strict;
my %table;
$table{$_ % 977} .= "word$_ " for 1 .. 60000;
my $text = join "|", map { "$_=" . length $table{$_} } sort { $a <=> $b } keys %table;
(my $other = $text) =~ s/(\d+)=(\d+)/$2:$1/g;
print length($other), " ", unpack("%32C*", $other), "\n";
for my $n (1 .. 4) {
    pipe(my $from, my $to);
    my $child = fork();
    if ($child == 0) {
        my @parts = map { $_ x $n } split /\|/, $text;
        print $to scalar(@parts), " ", unpack("%32C*", join "", @parts), "\n";
        close $to;
        exit $n;
    }
    close $to;
    print <$from>;
    waitpid $child, 0;
    print $? >> 8, "\n";
}
PERL
    perl work.pl
}

work_sqlite3() {
    sqlite3 work.db <<'SQL'
create table word(id integer primary key, text text, weight real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
  insert into word select i, printf('%d-%s', i * 7919 % 20011, hex(i * i)), i * 0.25 from n;
create index by_text on word(text);
select count(*), sum(weight), min(text), max(text) from word;
select substr(text, 1, 2) as start, count(*), avg(length(text)) from word group by start order by start;
select a.id, b.id from word a join word b on a.text = b.text || '' where a.id % 4001 = 0 order by a.id;
delete from word where id % 3 = 0;
vacuum;
pragma integrity_check;
select group_concat(id, ',') from (select id from word where id < 400);
SQL
}

work_gcc() {
    gcc -O2 -S -I "$tree/impls" -o slabs.s "$tree/impls/parts/slabs.c" && cat slabs.s &&
        gcc -O1 -g -c -I "$tree/impls" -o spans.o "$tree/impls/parts/spans.c" && echo compiled
}

# shellcheck disable=SC2086
work_git() {
    export GIT_CONFIG_NOSYSTEM=1 HOME="$place" LC_ALL=C
    export GIT_AUTHOR_DATE="1700000000 +0000" GIT_COMMITTER_DATE="1700000000 +0000"
    rm -rf one two
    git $git_settings init -q one && cd one || return 1
    for i in 1 2 3 4 5 6; do
        for file in "$tree"/impls/parts/s*.[ch]; do
            sed "s/slab/slab$i/" "$file" >"$(basename "$file")"
        done
        git add . && git $git_settings commit -q -m "change $i" || return 1
    done
    git log --stat --format='%H %s' && git diff HEAD~2 | cksum
    git $git_settings -c pack.threads=2 gc --quiet --aggressive && git fsck --full
    cd .. && git clone -q --no-local one two && git -C two log --format='%H %T' && git -C two grep -c slab6
    cd "$place" || return 1
}

"work_$program" >plain 2>plain.err
status=$?
if [ $status -ne 0 ] || [ ! -s plain ]; then
    echo "programs: $program does not even run without the library: status $status: $(tail -n 3 plain.err)" >&2
    exit 1
fi
rm -f work.db
(
    LD_PRELOAD=$library
    export LD_PRELOAD
    "work_$program"
) >preloaded 2>preloaded.err
status=$?
if [ $status -ne 0 ]; then
    echo "programs: $program with $library: status $status: $(tail -n 3 preloaded.err)" >&2
    exit 1
fi
cmp plain preloaded >&2 || exit 1
cmp plain.err preloaded.err >&2 || exit 1
LD_PRELOAD=$library grep -q "$library" /proc/self/maps || {
    echo "programs: $library was not loaded" >&2
    exit 1
}
echo "programs: $program prints the same $(wc -c <plain) bytes"
