namespace Load.Wire;

/// <summary>The sequence number inside a body, <c>gwl:0000000042:</c>, that is carried from end to end. Always as long, so that a body's length is known beforehand.</summary>
internal static class Mark
{
    public const int Digits = 10;

    public static ReadOnlySpan<byte> Prefix => "gwl:"u8;

    /// <summary>The first mark in <paramref name="text"/>, or -1.</summary>
    public static long Find(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOf(Prefix);
        return at < 0 ? -1 : Read(text[(at + Prefix.Length)..]);
    }

    /// <summary>The number at the start of <paramref name="text"/>, or -1.</summary>
    public static long Read(ReadOnlySpan<byte> text)
    {
        if (text.Length < Digits) return -1;
        var value = 0L;
        foreach (var digit in text[..Digits])
        {
            if (digit is < (byte)'0' or > (byte)'9') return -1;
            value = (value * 10) + digit - '0';
        }

        return value;
    }

    public static void Write(Span<byte> target, long value)
    {
        for (var i = Digits - 1; i >= 0; i--)
        {
            target[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}
