"""The records, one module for each concern."""

from .accounts import (
    AccountRequest,
    Allowance,
    Deputyship,
    EmailChange,
    IdentityLookup,
    LoginFailure,
    PasswordReset,
    Session,
)
from .applications import Application, ApplicationStep, CaseContent, Decision, Presence, Roster, UntoldDecision
from .books import BookIssue, NumberSeries, PaperRegistration, RecordBook, Tally
from .corrections import Correction, CorrectionExchange, EyeCheck
from .drafts import Draft, DraftEntry, HalfWritten, KeptSearch
from .imports import ImportBatch, ImportBlock, ImportFile, ImportPiece, ImportRow, KnownHeading
from .ledgers import Award, HonorCard, InsuranceCover, OtherEntry, PerformanceCertificate, ServiceHours
from .office import AccessEntry, Backup, HistoryEntry, KeyCheck, MailTemplate, OfficeEntry, OutgoingMail, PhoneCall
from .people import Account, Membership, StoredFile, Transfer, Volunteer
from .places import Agency, CalendarDay, County, Field, HostUnit, RequiredHours, Rule, ServiceCode, Team
from .trainings import Training

__all__ = [
    'AccessEntry',
    'Account',
    'AccountRequest',
    'Agency',
    'Allowance',
    'Application',
    'ApplicationStep',
    'Award',
    'Backup',
    'BookIssue',
    'CalendarDay',
    'CaseContent',
    'Correction',
    'CorrectionExchange',
    'County',
    'Decision',
    'Deputyship',
    'Draft',
    'DraftEntry',
    'EmailChange',
    'EyeCheck',
    'Field',
    'HalfWritten',
    'HistoryEntry',
    'HonorCard',
    'HostUnit',
    'IdentityLookup',
    'ImportBatch',
    'ImportBlock',
    'ImportFile',
    'ImportPiece',
    'ImportRow',
    'InsuranceCover',
    'KeptSearch',
    'KeyCheck',
    'KnownHeading',
    'LoginFailure',
    'MailTemplate',
    'Membership',
    'NumberSeries',
    'OfficeEntry',
    'OtherEntry',
    'OutgoingMail',
    'PaperRegistration',
    'PasswordReset',
    'PerformanceCertificate',
    'PhoneCall',
    'Presence',
    'RecordBook',
    'RequiredHours',
    'Roster',
    'Rule',
    'ServiceCode',
    'ServiceHours',
    'Session',
    'StoredFile',
    'Tally',
    'Team',
    'Training',
    'Transfer',
    'UntoldDecision',
    'Volunteer',
]
