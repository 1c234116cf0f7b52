namespace Fuzz;

/// <summary>
/// Makes one input: a seed of the corpus, changed once to eight times where the grammar has its joints: words of the grammar put in, lines doubled, dropped, swapped and folded, numbers made absurd,
/// pieces of other seeds spliced in, and plain damage.
/// </summary>
internal sealed class Mutator(Corpus corpus)
{
    private const int InputBytesMax = 12 * 1024;

    private static readonly byte[] Nasty = [.. "\r\n \t:;,<>\"'\\@%?=[]/&#!-+()*\0"u8, 0x7f, 0x80, 0xc0, 0xe2, 0xed, 0xf0, 0xff];

    private static readonly byte[][] Numbers =
        [.. new[] { "0", "-1", "1", "255", "256", "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "99999999999999999999", "00000000001" }
            .Select(System.Text.Encoding.ASCII.GetBytes)];

    private readonly byte[] spare = new byte[2 * InputBytesMax];
    private byte[] input = new byte[2 * InputBytesMax];
    private int length;

    /// <summary>The input of that chance. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Make(ref Chance chance)
    {
        Replace(0, length, corpus.Seeds[chance.Next(corpus.Seeds.Count)]);
        for (var changes = 1 + chance.Next(chance.OneIn(4) ? 8 : 3); changes > 0; changes--) Change(ref chance);
        return input.AsSpan(0, length);
    }

    private void Change(ref Chance chance)
    {
        var at = chance.Next(length + 1);
        switch (chance.Next(13))
        {
            case 0 when at < length:
                input[at] = Nasty[chance.Next(Nasty.Length)];
                break;
            case 1 when at < length:
                input[at] ^= (byte)(1 << chance.Next(8));
                break;
            case 2:
                Replace(at, 0, Nasty.AsSpan(chance.Next(Nasty.Length), 1));
                break;
            case 3:
                Replace(at, Math.Min(length - at, 1 + chance.Next(chance.OneIn(4) ? 200 : 8)), default);
                break;
            case 4 or 5:
                Replace(at, chance.OneIn(2) ? 0 : TokenAt(at), corpus.Words[chance.Next(corpus.Words.Count)]);
                break;
            case 6:
                ChangeNumber(ref chance, at);
                break;
            case 7:
                DoubleLine(at);
                break;
            case 8:
                var (start, end) = LineAt(at);
                Replace(start, end - start, default);
                break;
            case 9:
                Splice(ref chance, at);
                break;
            case 10:
                Replace(at, 0, chance.OneIn(2) ? "\r\n "u8 : "\r\n\r\n"u8);
                break;
            case 11:
                Repeat(ref chance, at);
                break;
            default:
                if (chance.OneIn(4)) length = at;
                else MoveLine(ref chance, at);
                break;
        }
    }

    private void ChangeNumber(ref Chance chance, int from)
    {
        var at = input.AsSpan(from, length - from).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (at < 0) return;
        at += from;
        var end = at;
        while (end < length && input[end] is >= (byte)'0' and <= (byte)'9') end++;
        Replace(at, end - at, Numbers[chance.Next(Numbers.Length)]);
    }

    private void DoubleLine(int at)
    {
        var (start, end) = LineAt(at);
        Copy(start, end - start, out var line);
        Replace(end, 0, line);
    }

    private void MoveLine(ref Chance chance, int at)
    {
        var (start, end) = LineAt(at);
        Copy(start, end - start, out var line);
        var kept = line.ToArray();
        Replace(start, end - start, default);
        Replace(LineAt(chance.Next(length + 1)).Start, 0, kept);
    }

    private void Repeat(ref Chance chance, int at)
    {
        var count = Math.Min(length - at, 1 + chance.Next(16));
        for (var times = 1 + chance.Next(chance.OneIn(8) ? 200 : 8); times > 0; times--)
        {
            Copy(at, count, out var piece);
            Replace(at, 0, piece);
        }
    }

    private void Splice(ref Chance chance, int at)
    {
        var other = corpus.Seeds[chance.Next(corpus.Seeds.Count)];
        var from = chance.Next(other.Length);
        var count = Math.Min(other.Length - from, 1 + chance.Next(chance.OneIn(3) ? other.Length : 40));
        Replace(at, chance.OneIn(2) ? 0 : Math.Min(count, length - at), other.AsSpan(from, count));
    }

    private (int Start, int End) LineAt(int at)
    {
        var text = input.AsSpan(0, length);
        var start = text[..Math.Min(at, length)].LastIndexOf((byte)'\n') + 1;
        var feed = text[start..].IndexOf((byte)'\n');
        return (start, feed < 0 ? length : start + feed + 1);
    }

    private int TokenAt(int at)
    {
        var end = at;
        while (end < length && (char.IsAsciiLetterOrDigit((char)input[end]) || input[end] is (byte)'-' or (byte)'.')) end++;
        return end - at;
    }

    private void Copy(int at, int count, out ReadOnlySpan<byte> copy)
    {
        input.AsSpan(at, count).CopyTo(spare);
        copy = spare.AsSpan(0, count);
    }

    private void Replace(int at, int count, ReadOnlySpan<byte> with)
    {
        if (length - count + with.Length > InputBytesMax) return;
        input.AsSpan(at + count, length - at - count).CopyTo(input.AsSpan(at + with.Length));
        with.CopyTo(input.AsSpan(at));
        length += with.Length - count;
    }
}
