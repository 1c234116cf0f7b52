using Microsoft.Data.Sqlite;
using Presence.Core.Ports;

namespace Presence.Sqlite;

/// <summary>
/// The one thread that touches the connection. It takes everything that waits and runs it in one transaction, so that one synchronisation serves many; when
/// that fails, each operation is run again alone, so that one's fault is not another's.
/// </summary>
internal sealed class StoreThread
{
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _work = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StoreStatements _statements;
    private List<Operation> _waiting = [];
    private bool _isClosing;

    public StoreThread(StoreStatements statements)
    {
        _statements = statements;
        new Thread(Work) { IsBackground = true, Name = "presence-store" }.Start();
    }

    public Task<T> RunAsync<T>(Func<StoreStatements, T> work)
    {
        var operation = new Operation<T>(work);
        lock (_lock)
        {
            if (_isClosing) return Task.FromException<T>(new PresenceStoreException("The presence store is closed."));
            _waiting.Add(operation);
            _work.Set();
        }

        return operation.Task;
    }

    /// <summary>Does what waits, then closes the file.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            if (_isClosing) return _ended.Task;
            _isClosing = true;
            _work.Set();
        }

        return _ended.Task;
    }

    private void Work()
    {
        while (true)
        {
            _work.WaitOne();
            List<Operation> operations;
            bool isClosing;
            lock (_lock)
            {
                (operations, _waiting) = (_waiting, []);
                isClosing = _isClosing;
            }

            if (operations.Count > 0) RunTogether(operations);
            if (!isClosing) continue;
            Close();
            return;
        }
    }

    private void Close()
    {
        try
        {
            _statements.Dispose();
            _work.Dispose();
            _ended.SetResult();
        }
        catch (Exception fault)
        {
            _ended.SetException(fault);
        }
    }

    private void RunTogether(List<Operation> operations)
    {
        if (TryRun(operations, out var failure)) return;
        if (operations.Count == 1)
        {
            operations[0].Fail(failure!);
            return;
        }

        foreach (var operation in operations)
        {
            if (!TryRun([operation], out failure)) operation.Fail(failure!);
        }
    }

    private bool TryRun(List<Operation> operations, out Exception? failure)
    {
        try
        {
            _statements.Begin.Run();
            foreach (var operation in operations) operation.Run(_statements);
            _statements.Commit.Run();
        }
        catch (Exception fault)
        {
            failure = Rollback(fault);
            return false;
        }

        foreach (var operation in operations) operation.Complete();
        failure = null;
        return true;
    }

    private Exception Rollback(Exception fault)
    {
        try
        {
            // Some faults (disk full) end the transaction by themselves; then there is nothing to roll back.
            if (_statements.IsInTransaction) _statements.Rollback.Run();
        }
        catch (SqliteException second)
        {
            return new PresenceStoreException($"The presence store failed, and so did going back: {second.Message}", fault);
        }

        return fault as PresenceStoreException ?? new PresenceStoreException($"The presence store failed: {fault.Message}", fault);
    }

    private abstract class Operation
    {
        public abstract void Run(StoreStatements statements);

        public abstract void Complete();

        public abstract void Fail(Exception cause);
    }

    private sealed class Operation<T>(Func<StoreStatements, T> work) : Operation
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _done.Task;

        public override void Run(StoreStatements statements) => _result = work(statements);

        public override void Complete() => _done.SetResult(_result!);

        public override void Fail(Exception cause) => _done.SetException(cause);
    }
}
