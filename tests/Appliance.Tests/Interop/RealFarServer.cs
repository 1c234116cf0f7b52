using Lab;
using Lab.Processes;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>A real server whose domains are components.</summary>
public abstract class RealFarServer(int componentPort, LabProcess process, IAsyncDisposable server) : FarServer
{
    private readonly Dictionary<string, Task<XmppComponent>> _components = new(StringComparer.Ordinal);

    public override async Task SendAsync(Cell cell, string to, string id, string body) => await (await ComponentAsync(cell.Far)).MessageAsync("romeo@" + cell.Far, to, id, body);

    public override async Task ArrivesAsync(Cell cell, string body) => await (await ComponentAsync(cell.Far)).TakeMessageAsync(body);

    public override async Task FailsAsync(Cell cell, string id) => await (await ComponentAsync(cell.Far)).TakeErrorAsync(id);

    public override async Task RefusedAsync(Cell cell)
    {
        var words = WordsOf(cell);
        await process.Lines.SeeAsync($"{process.Name} tells why {cell} did not stand: {words}", l => IsAbout(l, cell) && (l.Contains(words, StringComparison.Ordinal) || IsDeaf(l)), Stage.Soon);
    }

    /// <summary>A component is connected before the first stanza for it may come.</summary>
    public virtual Task<XmppComponent> ComponentAsync(string domain)
    {
        lock (_components)
        {
            if (!_components.TryGetValue(domain, out var component)) _components[domain] = component = XmppComponent.ConnectAsync(componentPort, domain);
            return component;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var component in _components.Values) await (await component).DisposeAsync();
        await server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected LabProcess Process => process;

    /// <summary>True for a line about the stream of this cell.</summary>
    protected abstract bool IsAbout(string line, Cell cell);

    /// <summary>True for a line by which the server owns that it did not read what we said.</summary>
    protected virtual bool IsDeaf(string line) => false;

    /// <summary>What the line must say.</summary>
    protected abstract string WordsOf(Cell cell);
}
