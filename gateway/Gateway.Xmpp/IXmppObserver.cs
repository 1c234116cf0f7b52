using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp;

/// <summary>Hears what an operator may want to read; the host logs it. Called from any thread; must not block. Texts hold no addresses of users.</summary>
public interface IXmppObserver
{
    /// <summary>A stream carries stanzas from now on, for one more domain.</summary>
    void OnStreamOpened(StreamSnapshot stream);

    /// <summary>A stream ended.</summary>
    void OnStreamEnded(StreamSnapshot stream, XmppReason reason, string text);

    /// <summary>A stanza of ours came back as an error when its sender had been answered already.</summary>
    void OnLateError(string localDomain, string remoteDomain, string condition);

    /// <summary>Code of ours threw.</summary>
    void OnFailed(string what, Exception bug);
}

/// <summary>An observer that hears nothing.</summary>
public sealed class SilentXmppObserver : IXmppObserver
{
    /// <summary>The one there is.</summary>
    public static SilentXmppObserver Instance { get; } = new();

    /// <inheritdoc/>
    public void OnStreamOpened(StreamSnapshot stream)
    {
    }

    /// <inheritdoc/>
    public void OnStreamEnded(StreamSnapshot stream, XmppReason reason, string text)
    {
    }

    /// <inheritdoc/>
    public void OnLateError(string localDomain, string remoteDomain, string condition)
    {
    }

    /// <inheritdoc/>
    public void OnFailed(string what, Exception bug)
    {
    }
}
