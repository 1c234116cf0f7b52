using System.Text;
using Gateway.Transport;

namespace Xmpp.Tests;

/// <summary>Listens to the clear bytes a node receives.</summary>
internal sealed class HearingTap(string awaited) : IWireTap
{
    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource<string> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<string> Heard => _heard.Task;

    /// <summary>All that was heard so far.</summary>
    public string Text
    {
        get
        {
            lock (_text) return _text.ToString();
        }
    }

    public void OnBytes(TransportConnection connection, bool isReceived, ReadOnlySpan<byte> bytes)
    {
        if (!isReceived) return;
        lock (_text)
        {
            _text.Append(Encoding.UTF8.GetString(bytes));
            if (_text.ToString().Contains(awaited, StringComparison.Ordinal)) _heard.TrySetResult(_text.ToString());
        }
    }
}
