using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Gateway.Xmpp.Protocol;

/// <summary>
/// The stringprep profiles of RFC 6122 through libidn (Debian's libidn12), the library the peers use. A call takes bytes and gives bytes; it keeps no
/// state. Code points newer than Unicode 3.2 pass unmapped, as with the peers, so that today's emoji may stand in a resource.
/// </summary>
internal static partial class Stringprep
{
    internal enum Profile
    {
        Nodeprep,
        Resourceprep,
        Nameprep,
    }

    /// <summary>True and the prepared text, or false when the profile prohibits it.</summary>
    public static unsafe bool TryPrepare(string text, Profile profile, [NotNullWhen(true)] out string? prepared)
    {
        prepared = null;
        // libidn reads up to a NUL: a NUL inside would silently cut the address.
        if (text.Contains('\0') || text.Length > Jid.PartBytesMax || !TryEncode(text, out byte[] utf8)) return false;
        byte* output = null;
        int code = stringprep_profile(utf8, &output, profile.ToString(), 0);
        if (code != 0) return false;
        try
        {
            prepared = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(output));
            return true;
        }
        finally
        {
            idn_free(output);
        }
    }

    private static bool TryEncode(string text, out byte[] utf8)
    {
        utf8 = new byte[(text.Length * 3) + 1];
        var status = System.Text.Unicode.Utf8.FromUtf16(text, utf8, out _, out _, replaceInvalidSequences: false);
        return status == System.Buffers.OperationStatus.Done;
    }

    [LibraryImport("libidn.so.12", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int stringprep_profile(byte[] input, byte** output, string profile, int flags);

    [LibraryImport("libidn.so.12")]
    private static unsafe partial void idn_free(void* pointer);
}
