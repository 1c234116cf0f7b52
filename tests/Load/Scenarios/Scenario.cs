using Load.Measure;
using Load.Sip;
using Load.Xmpp;

namespace Load.Scenarios;

/// <summary>One kind of traffic between both ends. Whatever it does not override it does not expect.</summary>
internal abstract class Scenario(string name, Ends ends) : ISipTraffic, IXmppTraffic
{
    private string firstRefusal = "";

    /// <summary>Bodies are about as long as what people type.</summary>
    protected static readonly string Padding = new('x', 60);

    public string Name { get; } = name + ends.Fleet.Suffix;

    /// <summary>What one item is worth: the figures say so beside the rate.</summary>
    public virtual string Remark => firstRefusal;

    /// <summary>How many things <see cref="PrepareAsync"/> leaves standing, whose memory is worth telling; 0 none.</summary>
    public virtual int Standing => 0;

    public Pump? Pump { get; set; }

    protected Ends Ends { get; } = ends;

    /// <summary>Some of what <see cref="PrepareAsync"/> does, so that its memory is not that of code seen for the first time.</summary>
    public virtual Task WarmAsync() => Task.CompletedTask;

    public virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Forgets what an earlier load left unfinished.</summary>
    public virtual void Forget()
    {
    }

    public abstract void Send(long sequence);

    public abstract void Flush();

    public virtual void OnSipMessage(long mark)
    {
    }

    public virtual void OnXmppMessage(long mark)
    {
    }

    public virtual void OnNotify(long subscription, bool isActive, ReadOnlySpan<byte> body)
    {
    }

    public virtual void OnSubscribed(SipWatch watch)
    {
    }

    public virtual void OnPresence(long mark, string from, string to)
    {
    }

    public virtual void OnAnswer(long mark, int status)
    {
        if (status >= 300) Refused($"SIP {status}");
        Pump?.Answered(mark, status < 300);
    }

    public void OnError(long mark, string text)
    {
        Refused(text[..Math.Min(text.Length, 300)]);
        Pump?.Answered(mark, isSuccess: false);
    }

    public void OnBatch() => Pump?.Turn();

    protected static string SipUser(int number) => Ends.SipUser(number);

    // The first refusal of a run is worth reading; the others are counted.
    private void Refused(string what)
    {
        if (firstRefusal.Length == 0) firstRefusal = "first refusal: " + what;
    }
}
