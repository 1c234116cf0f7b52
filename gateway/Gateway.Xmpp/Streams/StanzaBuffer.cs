using System.Buffers;

namespace Gateway.Xmpp.Streams;

/// <summary>The buffer a thread writes its next stanza into before the transport copies it.</summary>
internal static class StanzaBuffer
{
    private const int KeptBytesMax = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    /// <summary>The thread's buffer, empty. Use it up before anything else runs.</summary>
    public static ArrayBufferWriter<byte> Take()
    {
        if (s_buffer is null || s_buffer.Capacity > KeptBytesMax) s_buffer = new ArrayBufferWriter<byte>(2048);
        s_buffer.ResetWrittenCount();
        return s_buffer;
    }
}
