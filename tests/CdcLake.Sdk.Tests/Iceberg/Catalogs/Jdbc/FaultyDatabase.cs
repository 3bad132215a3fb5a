using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace CdcLake.Tests.Iceberg.Catalogs.Jdbc;

/// <summary>A database whose n-th call fails (opening, a statement, the beginning or the end of a transaction), without effect or after it.</summary>
internal sealed class FaultyDatabase(DbDataSource inner) : DbDataSource
{
    private int _calls;
    private int _failAt;
    private bool _afterEffect;
    private bool _onlyOnce;

    /// <summary>Calls since <see cref="Arm"/>.</summary>
    public int Calls => _calls;

    /// <summary>Called before each COMMIT.</summary>
    public Action? BeforeCommit { get; set; }

    public override string ConnectionString => inner.ConnectionString;

    /// <param name="failAt">Number of the first call that fails, counted from 1; 0 for none.</param>
    /// <param name="afterEffect">It takes effect all the same.</param>
    /// <param name="onlyOnce">Later ones work.</param>
    public void Arm(int failAt, bool afterEffect, bool onlyOnce) => (_calls, _failAt, _afterEffect, _onlyOnce) = (0, failAt, afterEffect, onlyOnce);

    protected override DbConnection CreateDbConnection() => new Connection(this, inner.CreateConnection());

    private T Run<T>(Func<T> call)
    {
        var number = ++_calls;
        var fails = _failAt > 0 && (number == _failAt || (number > _failAt && !_onlyOnce));
        if (fails && !(_afterEffect && number == _failAt))
        {
            throw new LostException();
        }

        var result = call();
        return fails ? throw new LostException() : result;
    }

    private sealed class LostException() : DbException("The connection was lost.")
    {
        public override bool IsTransient => true;
    }

    private sealed class Connection(FaultyDatabase database, DbConnection inner) : DbConnection
    {
        [AllowNull]
        public override string ConnectionString { get => inner.ConnectionString; set => inner.ConnectionString = value; }

        public override string Database => inner.Database;

        public override string DataSource => inner.DataSource;

        public override string ServerVersion => inner.ServerVersion;

        public override ConnectionState State => inner.State;

        public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

        public override void Close() => inner.Close();

        public override void Open() => database.Run(() =>
        {
            inner.Open();
            return true;
        });

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new Transaction(database, this, database.Run(() => inner.BeginTransaction(isolationLevel)));

        protected override DbCommand CreateDbCommand() => new Command(database, inner.CreateCommand());

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Transaction(FaultyDatabase database, DbConnection connection, DbTransaction inner) : DbTransaction
    {
        public DbTransaction Inner => inner;

        public override IsolationLevel IsolationLevel => inner.IsolationLevel;

        protected override DbConnection DbConnection => connection;

        public override void Commit()
        {
            database.BeforeCommit?.Invoke();
            database.Run(() =>
            {
                inner.Commit();
                return true;
            });
        }

        public override void Rollback() => inner.Rollback();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Command(FaultyDatabase database, DbCommand inner) : DbCommand
    {
        [AllowNull]
        public override string CommandText { get => inner.CommandText; set => inner.CommandText = value; }

        public override int CommandTimeout { get => inner.CommandTimeout; set => inner.CommandTimeout = value; }

        public override CommandType CommandType { get => inner.CommandType; set => inner.CommandType = value; }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get => inner.UpdatedRowSource; set => inner.UpdatedRowSource = value; }

        protected override DbConnection? DbConnection { get => inner.Connection; set => inner.Connection = value; }

        protected override DbParameterCollection DbParameterCollection => inner.Parameters;

        protected override DbTransaction? DbTransaction { get => inner.Transaction; set => inner.Transaction = (value as Transaction)?.Inner; }

        public override void Cancel() => inner.Cancel();

        public override int ExecuteNonQuery() => database.Run(inner.ExecuteNonQuery);

        public override object? ExecuteScalar() => database.Run(inner.ExecuteScalar);

        public override void Prepare() => inner.Prepare();

        protected override DbParameter CreateDbParameter() => inner.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => database.Run(() => inner.ExecuteReader(behavior));

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
