using System.Buffers;
using System.Text;
using Gateway.Xmpp.Protocol.Wire;

namespace Xmpp.Protocol.Tests;

/// <summary>Bytes of something that writes itself.</summary>
internal static class Writing
{
    public delegate void Writer(ref XmppWriter writer);

    public static string Text(Writer write)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new XmppWriter(output);
        write(ref writer);
        writer.Flush();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
