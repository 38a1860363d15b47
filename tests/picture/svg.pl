#!/usr/bin/perl
# svg.pl COLUMNS <PANE: what "tmux capture-pane -p -e" says of a pane, as a
# picture: SVG, of text that can be selected, in colours that fit dark and
# light. Only what smtpsh uses of SGR is known: bold, dim, eight colours.
use strict;
use warnings;
use utf8;
binmode(STDIN, ':encoding(UTF-8)');
binmode(STDOUT, ':encoding(UTF-8)');

my $columns = shift // 80;
my ($wide, $high, $left, $top) = (8.4, 18, 12, 32);
my @lines = <STDIN>;
chomp @lines;
pop @lines while @lines and $lines[-1] =~ /^\s*$/;
my ($w, $h) = ($columns * $wide + 2 * $left, @lines * $high + $top + 10);

print <<"END";
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $w $h" width="$w" height="$h">
<style>
rect { fill: #fbfbf9; stroke: #c9ccd1 }
text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2328; white-space: pre }
circle { fill: #c9ccd1 }
.b { font-weight: bold } .d { fill: #6e7781 }
.c1 { fill: #b3261e } .c2 { fill: #1a7f37 } .c3 { fill: #8a6100 } .c6 { fill: #0b6f85 }
\@media (prefers-color-scheme: dark) {
rect { fill: #15181d; stroke: #3a4048 }
text { fill: #e3e6ea }
circle { fill: #4a515a }
.d { fill: #8d96a1 }
.c1 { fill: #ff8078 } .c2 { fill: #6fd58a } .c3 { fill: #e3b341 } .c6 { fill: #63d2e6 }
}
</style>
<rect x="0.5" y="0.5" width="@{[$w - 1]}" height="@{[$h - 1]}" rx="8"/>
<circle cx="18" cy="15" r="5"/><circle cx="34" cy="15" r="5"/><circle cx="50" cy="15" r="5"/>
END

sub escaped {
	my $s = shift;
	$s =~ s/&/&amp;/g;
	$s =~ s/</&lt;/g;
	$s =~ s/>/&gt;/g;
	return $s;
}

# What one line leaves set is set on the next.
my ($y, $colour, %is) = ($top + 14);
for my $line (@lines) {
	my $x = 0;
	for my $piece (split /(\e\[[0-9;]*m)/, $line) {
		if ($piece =~ /^\e\[([0-9;]*)m$/) {
			for my $n (split /;/, $1 eq '' ? '0' : $1) {
				if ($n == 0) { %is = (); $colour = undef }
				elsif ($n == 1) { $is{b} = 1 }
				elsif ($n == 2) { $is{d} = 1 }
				elsif ($n == 22) { %is = () }
				elsif ($n == 39) { $colour = undef }
				elsif ($n >= 30 && $n <= 37) { $colour = 'c' . ($n - 30) }
			}
			next;
		}
		next if $piece eq '';
		my $n = length $piece;
		if ($piece !~ /^ *$/) {
			my $class = join ' ', sort(keys %is), $colour // ();
			my ($blank) = $piece =~ /^( *)/;
			my $at = $left + ($x + length $blank) * $wide;
			(my $text = $piece) =~ s/^ +| +$//g;
			printf qq(<text x="%.1f" y="%d" textLength="%.1f"%s>%s</text>\n),
			    $at, $y, length($text) * $wide,
			    $class eq '' ? '' : qq( class="$class"), escaped($text);
		}
		$x += $n;
	}
	$y += $high;
}
print "</svg>\n";
