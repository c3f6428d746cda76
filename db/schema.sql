-- Written by `make schema`.

-- 0001_initial
CREATE TABLE "county" (
    "code" VARCHAR(5) NOT NULL  PRIMARY KEY,
    "name" VARCHAR(10) NOT NULL UNIQUE,
    "letter" VARCHAR(1) NOT NULL,
    "position" SMALLINT NOT NULL
);
COMMENT ON TABLE "county" IS '發冊縣市: one of the 22 counties and cities, in the order of the official statistics.';
CREATE TABLE "field" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" VARCHAR(20) NOT NULL UNIQUE,
    "position" SMALLINT NOT NULL,
    "is_active" BOOL NOT NULL
);
COMMENT ON TABLE "field" IS '課程領域: a field of volunteer service, such as 文化. Editable, since the official list is not published.';
CREATE TABLE "agency" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" VARCHAR(60) NOT NULL,
    "document_word" VARCHAR(20) NOT NULL,
    "number_pattern" VARCHAR(80) NOT NULL,
    "phone" VARCHAR(30) NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "review_days" SMALLINT NOT NULL,
    "counts_working_days" BOOL NOT NULL,
    "position" SMALLINT NOT NULL,
    "valid_from" DATE,
    "valid_to" DATE,
    "county_id" VARCHAR(5) NOT NULL REFERENCES "county" ("code") ON DELETE RESTRICT,
    "field_id" INT REFERENCES "field" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_agency_county__ac42a9" UNIQUE ("county_id", "name")
);
COMMENT ON TABLE "agency" IS '發冊機關: a regulating department that issues record books.';
CREATE TABLE "required_hours" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "kind" VARCHAR(20) NOT NULL,
    "minutes" INT NOT NULL,
    "completed_from" DATE,
    "completed_to" DATE,
    "source" VARCHAR(200) NOT NULL,
    "agency_id" INT REFERENCES "agency" ("id") ON DELETE RESTRICT,
    "field_id" INT REFERENCES "field" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "required_hours"."kind" IS 'BASIC: basic\nSPECIAL: special\nGROWTH: growth\nLEADERSHIP: leadership\nSUPERVISION: supervision\nOTHER: other';
COMMENT ON TABLE "required_hours" IS 'How many minutes of a kind of training an application needs; the most specific row that fits applies.';
CREATE TABLE "host_unit" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" VARCHAR(80) NOT NULL UNIQUE,
    "phone" VARCHAR(30) NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "is_active" BOOL NOT NULL,
    "county_id" VARCHAR(5) NOT NULL REFERENCES "county" ("code") ON DELETE RESTRICT
);
COMMENT ON TABLE "host_unit" IS '志願服務運用單位: a host unit, which volunteers serve.';
CREATE TABLE "team" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "name" VARCHAR(80) NOT NULL,
    "host_unit_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_team_host_un_74ea27" UNIQUE ("host_unit_id", "name")
);
COMMENT ON TABLE "team" IS '志工隊 of a host unit.';
CREATE TABLE "service_code" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "list" VARCHAR(10) NOT NULL,
    "code" VARCHAR(4) NOT NULL,
    "name" VARCHAR(40) NOT NULL,
    "is_official" BOOL NOT NULL,
    CONSTRAINT "uid_service_cod_list_7ad3b2" UNIQUE ("list", "code")
);
COMMENT ON TABLE "service_code" IS '服務項目 and 服務內容 codes (law.md#service-codes). `is_official` tells sourced codes from ours.';
CREATE TABLE "account" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "username" VARCHAR(60)  UNIQUE,
    "password_hash" VARCHAR(200) NOT NULL,
    "earlier_hashes" JSONB NOT NULL,
    "role" VARCHAR(20) NOT NULL,
    "name" VARCHAR(60) NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "phone" VARCHAR(30) NOT NULL,
    "is_active" BOOL NOT NULL,
    "must_change_password" BOOL NOT NULL,
    "text_size" VARCHAR(10) NOT NULL,
    "hides_guide" BOOL NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "agency_id" INT REFERENCES "agency" ("id") ON DELETE RESTRICT,
    "host_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "account"."role" IS 'UNIT_STAFF: unit_staff\nREVIEWER: reviewer\nVOLUNTEER: volunteer\nADMINISTRATOR: administrator';
COMMENT ON TABLE "account" IS '帳號. Staff have a user name; a volunteer signs in with the identity number, found by its blind index.';
CREATE TABLE "account_request" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "status" VARCHAR(20) NOT NULL,
    "role" VARCHAR(20) NOT NULL,
    "organisation" VARCHAR(80) NOT NULL,
    "name" VARCHAR(60) NOT NULL,
    "username" VARCHAR(60) NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "phone" VARCHAR(30) NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "decided_at" TIMESTAMPTZ,
    "decided_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "account_request"."status" IS 'OPEN: open\nGRANTED: granted\nREFUSED: refused';
COMMENT ON COLUMN "account_request"."role" IS 'UNIT_STAFF: unit_staff\nREVIEWER: reviewer\nVOLUNTEER: volunteer\nADMINISTRATOR: administrator';
COMMENT ON TABLE "account_request" IS '帳號申請: a request for an account by staff of a host unit or an agency.';
CREATE TABLE "login_failure" (
    "name_index" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "failures" SMALLINT NOT NULL,
    "locked_until" TIMESTAMPTZ,
    "updated_at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "login_failure" IS 'Failed logins under one typed name, counted whether or not there is such an account.';
CREATE TABLE "password_reset" (
    "digest" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "used_at" TIMESTAMPTZ,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "password_reset" IS '忘記密碼: a link that works once, until it expires. Only its SHA-256 is stored.';
CREATE TABLE "session" (
    "digest" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "created_at" TIMESTAMPTZ NOT NULL,
    "seen_at" TIMESTAMPTZ NOT NULL,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_session_seen_at_33ce1b" ON "session" ("seen_at");
COMMENT ON TABLE "session" IS 'A signed-in browser. Only the SHA-256 of its id is stored.';
CREATE TABLE "stored_file" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "digest" VARCHAR(64) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "media_type" VARCHAR(40) NOT NULL,
    "name" VARCHAR(120) NOT NULL,
    "size" INT NOT NULL,
    "width" INT,
    "height" INT,
    "verdict" JSONB NOT NULL,
    "uploaded_at" TIMESTAMPTZ NOT NULL,
    "host_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "uploaded_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "stored_file"."kind" IS 'PHOTO: photo\nCERTIFICATE: certificate\nATTACHMENT: attachment';
COMMENT ON TABLE "stored_file" IS 'A picture or attachment; its bytes are in `db.blobs` under their SHA-256.';
CREATE TABLE "volunteer" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "identity_kind" VARCHAR(20) NOT NULL,
    "identity_number" BYTEA NOT NULL,
    "identity_index" VARCHAR(64) NOT NULL UNIQUE,
    "identity_masked" VARCHAR(24) NOT NULL,
    "name" VARCHAR(100) NOT NULL,
    "name_key" VARCHAR(120) NOT NULL,
    "english_name" VARCHAR(100) NOT NULL,
    "sex" VARCHAR(10) NOT NULL,
    "born_on" DATE NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "is_indigenous" BOOL NOT NULL,
    "is_civil_servant" BOOL NOT NULL,
    "is_open_to_units" BOOL NOT NULL,
    "joins_disaster_relief" BOOL NOT NULL,
    "consents_to_data_use" BOOL NOT NULL,
    "consented_at" TIMESTAMPTZ,
    "legacy_series" VARCHAR(40) NOT NULL,
    "legacy_serial" VARCHAR(40) NOT NULL,
    "legacy_issued_on" DATE,
    "is_photo_confirmed" BOOL NOT NULL,
    "version" INT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "photo_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_volunteer_name_ke_f89027" ON "volunteer" ("name_key");
COMMENT ON COLUMN "volunteer"."identity_kind" IS 'NATIONAL_ID: national_id\nARC: arc\nPASSPORT: passport';
COMMENT ON COLUMN "volunteer"."sex" IS 'MALE: male\nFEMALE: female';
COMMENT ON TABLE "volunteer" IS '志工: one person, shared by all host units (本區資料為所有單位共同維護).';
ALTER TABLE "account" ADD COLUMN "volunteer_id" INT  UNIQUE REFERENCES "volunteer" ("id") ON DELETE RESTRICT;
ALTER TABLE "stored_file" ADD COLUMN "volunteer_id" INT REFERENCES "volunteer" ("id") ON DELETE RESTRICT;
CREATE TABLE "membership" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "status" VARCHAR(20) NOT NULL,
    "joined_on" DATE NOT NULL,
    "left_on" DATE,
    "host_unit_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "team_id" INT REFERENCES "team" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_membership_volunte_6f9050" UNIQUE ("volunteer_id", "host_unit_id")
);
COMMENT ON COLUMN "membership"."status" IS 'ACTIVE: active\nPENDING: pending\nLEFT: left';
COMMENT ON TABLE "membership" IS '所屬(收編): a volunteer serves at a host unit, optionally in one of its teams.';
CREATE TABLE "draft" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(20) NOT NULL,
    "about" VARCHAR(20) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "saved_at" TIMESTAMPTZ NOT NULL,
    "host_unit_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "owner_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "draft"."kind" IS 'VOLUNTEER: volunteer\nTRAINING: training\nAPPLICATION: application';
COMMENT ON TABLE "draft" IS 'A form that is being filled in, found by the id in its address. It belongs to the unit, not to a browser.';
CREATE TABLE "draft_entry" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "name" VARCHAR(40) NOT NULL,
    "value" BYTEA NOT NULL,
    "draft_id" UUID NOT NULL REFERENCES "draft" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_draft_entry_draft_i_0d2e2c" UNIQUE ("draft_id", "name")
);
COMMENT ON TABLE "draft_entry" IS 'One field of a draft, as JSON text, sealed: a draft holds identity numbers too.';
CREATE TABLE "training" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "title" VARCHAR(100) NOT NULL,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE NOT NULL,
    "provider" VARCHAR(100) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "sessions" SMALLINT NOT NULL,
    "minutes" INT NOT NULL,
    "remarks" TEXT NOT NULL,
    "has_no_approval" BOOL NOT NULL,
    "approved_on" DATE,
    "approval_reference" VARCHAR(60) NOT NULL,
    "version" INT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "certificate_back_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    "certificate_front_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    "created_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "field_id" INT NOT NULL REFERENCES "field" ("id") ON DELETE RESTRICT,
    "trained_for_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "updated_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "training"."kind" IS 'BASIC: basic\nSPECIAL: special\nGROWTH: growth\nLEADERSHIP: leadership\nSUPERVISION: supervision\nOTHER: other';
COMMENT ON TABLE "training" IS '教育訓練: one course a volunteer completed, with both sides of the certificate.';
CREATE TABLE "service_hours" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "remarks" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE NOT NULL,
    "item" VARCHAR(40) NOT NULL,
    "content" VARCHAR(100) NOT NULL,
    "minutes" INT NOT NULL,
    "persons_served" INT NOT NULL,
    "transport_fee" INT NOT NULL,
    "meal_fee" INT NOT NULL,
    "area" VARCHAR(10) NOT NULL,
    "entered_by_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "recorder_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "service_hours" IS '服務時數: hours of service rendered, without the way there and back (管理辦法 §9).';
CREATE TABLE "performance_certificate" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "remarks" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "reference" VARCHAR(60) NOT NULL,
    "issued_on" DATE NOT NULL,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE NOT NULL,
    "minutes" INT NOT NULL,
    "achievements" TEXT NOT NULL,
    "entered_by_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "recorder_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "performance_certificate" IS '服務績效證明(書).';
CREATE TABLE "insurance_cover" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "remarks" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "insurer" VARCHAR(60) NOT NULL,
    "policy_number" VARCHAR(40) NOT NULL,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE NOT NULL,
    "death_benefit" INT NOT NULL,
    "medical_benefit" INT NOT NULL,
    "daily_benefit" INT NOT NULL,
    "entered_by_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "recorder_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "insurance_cover"."kind" IS 'GROUP_ACCIDENT: group_accident\nSPECIAL: special\nOTHER: other';
COMMENT ON TABLE "insurance_cover" IS '保險: accident insurance that the unit takes out for its volunteers (志願服務法 §16).';
CREATE TABLE "honor_card" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "remarks" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "number" VARCHAR(40) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "applied_on" DATE,
    "issued_on" DATE NOT NULL,
    "valid_until" DATE NOT NULL,
    "counted_from" DATE,
    "counted_to" DATE,
    "county_id" VARCHAR(5) NOT NULL REFERENCES "county" ("code") ON DELETE RESTRICT,
    "entered_by_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "recorder_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "honor_card"."kind" IS 'FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation';
COMMENT ON TABLE "honor_card" IS '志願服務榮譽卡.';
CREATE TABLE "award" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "remarks" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    "level" VARCHAR(40) NOT NULL,
    "awarded_by" VARCHAR(80) NOT NULL,
    "awarded_on" DATE NOT NULL,
    "reference" VARCHAR(60) NOT NULL,
    "entered_by_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "recorder_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "award" IS '獎勵獎項.';
CREATE TABLE "other_entry" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "remarks" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "occurred_on" DATE NOT NULL,
    "subject" VARCHAR(200) NOT NULL,
    "reference" VARCHAR(60) NOT NULL,
    "entered_by_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "recorder_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "other_entry" IS '其他登錄事項.';
CREATE TABLE "application" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "kind" VARCHAR(20) NOT NULL,
    "remarks" TEXT NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "round" SMALLINT NOT NULL,
    "version" INT NOT NULL,
    "submitted_at" TIMESTAMPTZ,
    "due_on" DATE,
    "decided_at" TIMESTAMPTZ,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "agency_id" INT NOT NULL REFERENCES "agency" ("id") ON DELETE RESTRICT,
    "attachment_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    "county_id" VARCHAR(5) NOT NULL REFERENCES "county" ("code") ON DELETE RESTRICT,
    "decided_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "host_unit_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "submitted_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "application"."kind" IS 'FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation';
COMMENT ON COLUMN "application"."status" IS 'DRAFT: draft\nSUBMITTED: submitted\nRETURNED: returned\nAPPROVED: approved\nREJECTED: rejected\nWITHDRAWN: withdrawn';
COMMENT ON TABLE "application" IS '申請案: one volunteer''s application for a record book. A volunteer has at most one that is open.';
CREATE TABLE "application_step" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "status" VARCHAR(20) NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "reason" TEXT NOT NULL,
    "application_id" INT NOT NULL REFERENCES "application" ("id") ON DELETE RESTRICT,
    "by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_application_at_f09630" ON "application_step" ("at");
COMMENT ON COLUMN "application_step"."status" IS 'DRAFT: draft\nSUBMITTED: submitted\nRETURNED: returned\nAPPROVED: approved\nREJECTED: rejected\nWITHDRAWN: withdrawn';
COMMENT ON TABLE "application_step" IS 'One move of an application: when, by whom, to which status, why.';
CREATE TABLE "number_series" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "roc_year" SMALLINT NOT NULL,
    "last_sequence" INT NOT NULL,
    "agency_id" INT NOT NULL REFERENCES "agency" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_number_seri_agency__253bde" UNIQUE ("agency_id", "roc_year")
);
COMMENT ON TABLE "number_series" IS 'The last number an agency has given in a ROC year. Numbers are taken by one UPDATE … RETURNING: no gaps.';
CREATE TABLE "record_book" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "number" VARCHAR(80) NOT NULL UNIQUE,
    "roc_year" SMALLINT NOT NULL,
    "sequence" INT NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "issued_on" DATE NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "agency_id" INT NOT NULL REFERENCES "agency" ("id") ON DELETE RESTRICT,
    "entered_by_unit_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT,
    "application_id" INT NOT NULL UNIQUE REFERENCES "application" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_record_book_agency__e2f34a" UNIQUE ("agency_id", "roc_year", "sequence")
);
COMMENT ON COLUMN "record_book"."kind" IS 'FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation';
COMMENT ON COLUMN "record_book"."status" IS 'IN_USE: in_use\nREPLACED: replaced\nLOST: lost\nCANCELLED: cancelled';
COMMENT ON TABLE "record_book" IS '紀錄冊: a volunteer''s record book, once issued. A volunteer has at most one in use (law.md#one-book).';
CREATE TABLE "history_entry" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    "by_name" VARCHAR(60) NOT NULL,
    "from_unit" VARCHAR(80) NOT NULL,
    "section" VARCHAR(20) NOT NULL,
    "subject" VARCHAR(120) NOT NULL,
    "action" VARCHAR(10) NOT NULL,
    "label" VARCHAR(60) NOT NULL,
    "old" TEXT NOT NULL,
    "new" TEXT NOT NULL,
    "old_file" UUID,
    "new_file" UUID,
    "by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_history_ent_at_2e246a" ON "history_entry" ("at");
COMMENT ON TABLE "history_entry" IS '異動紀錄: one field of one record changed from `old` to `new`. Identity numbers stand masked.';
CREATE TABLE "access_entry" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    "by_name" VARCHAR(60) NOT NULL,
    "from_unit" VARCHAR(80) NOT NULL,
    "what" VARCHAR(60) NOT NULL,
    "reason" VARCHAR(120) NOT NULL,
    "by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_access_entr_at_6c6987" ON "access_entry" ("at");
COMMENT ON TABLE "access_entry" IS 'Who saw which personal data of whom, and for what purpose (個人資料保護法施行細則 §12).';
CREATE TABLE "outgoing_mail" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "recipient" VARCHAR(254) NOT NULL,
    "subject" VARCHAR(200) NOT NULL,
    "body" BYTEA NOT NULL,
    "holds_secret" BOOL NOT NULL,
    "attachment_name" VARCHAR(120) NOT NULL,
    "attachment" BYTEA,
    "status" VARCHAR(20) NOT NULL,
    "attempts" SMALLINT NOT NULL,
    "next_attempt_at" TIMESTAMPTZ NOT NULL,
    "last_error" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "sent_at" TIMESTAMPTZ,
    "application_id" INT REFERENCES "application" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_outgoing_ma_status_4413c4" ON "outgoing_mail" ("status", "next_attempt_at");
COMMENT ON COLUMN "outgoing_mail"."status" IS 'WAITING: waiting\nSENT: sent\nFAILED: failed';
COMMENT ON TABLE "outgoing_mail" IS 'A mail waiting to be sent, sent, or failed; written in the transaction of the act it reports.';

-- 0002_guards
CREATE UNIQUE INDEX application_one_open ON application (volunteer_id) WHERE status IN ('draft', 'submitted', 'returned');
CREATE UNIQUE INDEX record_book_one_live ON record_book (volunteer_id) WHERE status = 'in_use';
CREATE UNIQUE INDEX draft_one_per_form ON draft (host_unit_id, volunteer_id, kind, about) WHERE volunteer_id IS NOT NULL;
ALTER TABLE training ADD CONSTRAINT training_days_in_order CHECK (starts_on <= ends_on AND minutes > 0);
ALTER TABLE number_series ADD CONSTRAINT series_only_grows CHECK (last_sequence >= 0);
CREATE INDEX application_of_agency ON application (agency_id, status, due_on);
CREATE INDEX application_of_unit ON application (host_unit_id, status);
CREATE INDEX volunteer_name_prefix ON volunteer (name_key COLLATE "C");
CREATE INDEX membership_by_host_unit_id ON "membership" (host_unit_id, status);
CREATE INDEX training_by_volunteer_id ON "training" (volunteer_id);
CREATE INDEX history_entry_by_volunteer_id ON "history_entry" (volunteer_id, at);
CREATE INDEX access_entry_by_volunteer_id ON "access_entry" (volunteer_id, at);
CREATE INDEX stored_file_by_volunteer_id ON "stored_file" (volunteer_id);
CREATE INDEX application_by_volunteer_id ON "application" (volunteer_id);
CREATE INDEX application_step_by_application_id ON "application_step" (application_id);
CREATE INDEX draft_by_host_unit_id ON "draft" (host_unit_id, saved_at);
CREATE INDEX service_hours_by_volunteer_id ON "service_hours" (volunteer_id, starts_on);
CREATE INDEX performance_certificate_by_volunteer_id ON "performance_certificate" (volunteer_id);
CREATE INDEX insurance_cover_by_volunteer_id ON "insurance_cover" (volunteer_id);
CREATE INDEX honor_card_by_volunteer_id ON "honor_card" (volunteer_id);
CREATE INDEX award_by_volunteer_id ON "award" (volunteer_id);
CREATE INDEX other_entry_by_volunteer_id ON "other_entry" (volunteer_id);
CREATE INDEX session_by_account_id ON "session" (account_id);

-- 0003_review_desk
CREATE TABLE "book_issue" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "kind" VARCHAR(20) NOT NULL,
    "number" VARCHAR(80) NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "book_id" INT NOT NULL REFERENCES "record_book" ("id") ON DELETE RESTRICT,
    "by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "application_id" INT NOT NULL UNIQUE REFERENCES "application" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "book_issue"."kind" IS 'FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation';
COMMENT ON TABLE "book_issue" IS '發冊紀錄: one entry of the number ledger: 初次, 換發, 補發 or 註銷 of a book, by whose decision, under which number.';
CREATE TABLE "calendar_day" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "day" DATE NOT NULL,
    "is_off" BOOL NOT NULL,
    "name" VARCHAR(60) NOT NULL,
    "is_manual" BOOL NOT NULL,
    "county_id" VARCHAR(5) REFERENCES "county" ("code") ON DELETE RESTRICT
);
CREATE INDEX "idx_calendar_da_day_1894ea" ON "calendar_day" ("day");
COMMENT ON TABLE "calendar_day" IS '辦公日曆: a day that is not what its weekday says, for the whole country or for one county (a typhoon, say).';
CREATE TABLE "correction" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "round" SMALLINT NOT NULL,
    "place" VARCHAR(20) NOT NULL,
    "training_id" INT,
    "field" VARCHAR(40) NOT NULL,
    "label" VARCHAR(120) NOT NULL,
    "spot_x" DOUBLE PRECISION,
    "spot_y" DOUBLE PRECISION,
    "reason" VARCHAR(20) NOT NULL,
    "text" TEXT NOT NULL,
    "old_value" TEXT NOT NULL,
    "old_file" UUID,
    "new_value" TEXT NOT NULL,
    "new_file" UUID,
    "status" VARCHAR(20) NOT NULL,
    "raised_at" TIMESTAMPTZ NOT NULL,
    "answer" TEXT NOT NULL,
    "answered_at" TIMESTAMPTZ,
    "closed_at" TIMESTAMPTZ,
    "answered_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "application_id" INT NOT NULL REFERENCES "application" ("id") ON DELETE RESTRICT,
    "closed_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "raised_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "correction"."place" IS 'BASICS: basics\nTRAINING: training\nAPPLICATION: application';
COMMENT ON COLUMN "correction"."reason" IS 'BLURRED: blurred\nNOT_HALF_LENGTH: not_half_length\nNO_BACK: no_back\nWRONG_DATE: wrong_date\nTOO_FEW_HOURS: too_few_hours\nWRONG_NUMBER: wrong_number\nOTHER: other';
COMMENT ON COLUMN "correction"."status" IS 'OPEN: open\nMENDED: mended\nDISPUTED: disputed\nACCEPTED: accepted\nWITHDRAWN: withdrawn';
COMMENT ON TABLE "correction" IS '補正: a mark of the reviewer on a field, the photo or a spot of a certificate, and its outcome.';
CREATE TABLE "decision" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "to" VARCHAR(20) NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "release_at" TIMESTAMPTZ NOT NULL,
    "problem" TEXT NOT NULL,
    "by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "application_id" INT NOT NULL UNIQUE REFERENCES "application" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_decision_release_abdaaf" ON "decision" ("release_at");
COMMENT ON COLUMN "decision"."to" IS 'DRAFT: draft\nSUBMITTED: submitted\nRETURNED: returned\nAPPROVED: approved\nREJECTED: rejected\nWITHDRAWN: withdrawn';
COMMENT ON TABLE "decision" IS 'A decision its reviewer may still undo: number and mail are released at `release_at` (核可後 10 秒內可復原).';
CREATE TABLE "mail_template" (
    "name" VARCHAR(40) NOT NULL  PRIMARY KEY,
    "subject" VARCHAR(200) NOT NULL,
    "body" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ NOT NULL,
    "changed_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "mail_template" IS 'The administrator''s own wording of a mail; without a row the built-in one is used.';
CREATE TABLE "phone_call" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    "callee" VARCHAR(80) NOT NULL,
    "phone" VARCHAR(30) NOT NULL,
    "result" VARCHAR(20) NOT NULL,
    "note" VARCHAR(200) NOT NULL,
    "application_id" INT NOT NULL REFERENCES "application" ("id") ON DELETE RESTRICT,
    "by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "phone_call"."result" IS 'REACHED: reached\nMESSAGE_LEFT: message_left\nNO_ANSWER: no_answer\nWRONG_NUMBER: wrong_number';
COMMENT ON TABLE "phone_call" IS '電話通知: who called whom about an application, when, and with what result.';
CREATE TABLE "reading" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "opened_at" TIMESTAMPTZ NOT NULL,
    "seen_at" TIMESTAMPTZ NOT NULL,
    "holds" BOOL NOT NULL,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "application_id" INT NOT NULL REFERENCES "application" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "reading" IS 'A page on which a reviewer has a case open; `holds`: this reviewer works on it (正在審). `id` is the page''s.';
CREATE TABLE "roster" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "title" VARCHAR(80) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "agency_id" INT NOT NULL REFERENCES "agency" ("id") ON DELETE RESTRICT,
    "county_id" VARCHAR(5) NOT NULL REFERENCES "county" ("code") ON DELETE RESTRICT,
    "created_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "host_unit_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "roster" IS '名冊: applications of one unit to one agency that are prepared, sent and reviewed together (管理辦法 §5).';
CREATE TABLE "rule" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "key" VARCHAR(40) NOT NULL,
    "label" VARCHAR(60) NOT NULL,
    "kind" VARCHAR(20),
    "demand" VARCHAR(10) NOT NULL,
    "by_eye" BOOL NOT NULL,
    "source" VARCHAR(200) NOT NULL,
    "note" VARCHAR(200) NOT NULL,
    "valid_from" DATE,
    "valid_to" DATE,
    "position" SMALLINT NOT NULL,
    "agency_id" INT REFERENCES "agency" ("id") ON DELETE RESTRICT,
    "field_id" INT REFERENCES "field" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "rule"."kind" IS 'FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation';
COMMENT ON COLUMN "rule"."demand" IS 'REQUIRED: required\nADVICE: advice\nOFF: off';
COMMENT ON TABLE "rule" IS '送審前體檢: what is asked of an application under a key, since when, by which law; the narrowest row that fits counts.';
CREATE TABLE "eye_check" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "round" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "application_id" INT NOT NULL REFERENCES "application" ("id") ON DELETE RESTRICT,
    "by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "rule_id" INT NOT NULL REFERENCES "rule" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_eye_check_applica_bb7920" UNIQUE ("application_id", "round", "rule_id")
);
COMMENT ON TABLE "eye_check" IS '目視: a reviewer has checked what a program cannot, in this round of the application.';
ALTER TABLE "account" ADD COLUMN "mail_preference" VARCHAR(10) NOT NULL DEFAULT 'each';
ALTER TABLE "agency" ADD COLUMN "renewal_keeps_number" BOOL NOT NULL DEFAULT TRUE;
ALTER TABLE "agency" ADD COLUMN "supervisor_email" VARCHAR(254) NOT NULL DEFAULT '';
ALTER TABLE "agency" ADD COLUMN "supervisor_name" VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE "application" ADD COLUMN "escalated_at" TIMESTAMPTZ;
ALTER TABLE "application" ADD COLUMN "previous_id" INT REFERENCES "application" ("id") ON DELETE RESTRICT;
ALTER TABLE "application" ADD COLUMN "reminded_at" TIMESTAMPTZ;
ALTER TABLE "application" ADD COLUMN "roster_id" INT REFERENCES "roster" ("id") ON DELETE RESTRICT;
ALTER TABLE "application" ADD COLUMN "roster_position" SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE "application_step" ADD COLUMN "due_on" DATE;
ALTER TABLE "application_step" ADD COLUMN "round" SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE "number_series" ADD COLUMN "pattern" VARCHAR(80) NOT NULL DEFAULT '';
COMMENT ON COLUMN "outgoing_mail"."status" IS 'WAITING: waiting\nSENT: sent\nFAILED: failed\nBOUNCED: bounced\nDEFERRED: deferred\nSKIPPED: skipped';
ALTER TABLE "outgoing_mail" ADD COLUMN "account_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT;
ALTER TABLE "outgoing_mail" ADD COLUMN "digest_id" BIGINT REFERENCES "outgoing_mail" ("id") ON DELETE RESTRICT;
ALTER TABLE "outgoing_mail" ADD COLUMN "resent_from_id" BIGINT REFERENCES "outgoing_mail" ("id") ON DELETE RESTRICT;
ALTER TABLE "outgoing_mail" ADD COLUMN "roster_id" INT REFERENCES "roster" ("id") ON DELETE RESTRICT;
ALTER TABLE "outgoing_mail" ADD COLUMN "template" VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE "record_book" ADD COLUMN "earlier_id" INT REFERENCES "record_book" ("id") ON DELETE RESTRICT;
ALTER TABLE "record_book" ADD COLUMN "earlier_legacy" VARCHAR(90) NOT NULL DEFAULT '';

-- 0004_review_desk_guards
CREATE UNIQUE INDEX reading_one_holder ON reading (application_id) WHERE holds;
CREATE UNIQUE INDEX calendar_day_national ON calendar_day (day) WHERE county_id IS NULL;
CREATE UNIQUE INDEX calendar_day_of_county ON calendar_day (day, county_id) WHERE county_id IS NOT NULL;
ALTER TABLE correction ADD CONSTRAINT correction_spot_on_picture CHECK (spot_x BETWEEN 0 AND 1 AND spot_y BETWEEN 0 AND 1);
ALTER TABLE application ADD CONSTRAINT roster_row_in_range CHECK (roster_position BETWEEN 0 AND 200);
CREATE INDEX application_by_roster_id ON "application" (roster_id);
CREATE INDEX correction_by_application_id ON "correction" (application_id, status);
CREATE INDEX reading_by_application_id ON "reading" (application_id);
CREATE INDEX eye_check_by_application_id ON "eye_check" (application_id);
CREATE INDEX phone_call_by_application_id ON "phone_call" (application_id);
CREATE INDEX roster_by_host_unit_id ON "roster" (host_unit_id, updated_at);
CREATE INDEX outgoing_mail_by_application_id ON "outgoing_mail" (application_id);
CREATE INDEX book_issue_by_book_id ON "book_issue" (book_id);
CREATE INDEX record_book_by_agency_id ON "record_book" (agency_id, roc_year);
UPDATE application_step SET round = (SELECT count(*) FROM application_step earlier WHERE earlier.application_id = application_step.application_id AND earlier.status = 'submitted' AND earlier.id <= application_step.id);
UPDATE application_step SET due_on = application.due_on FROM application WHERE application_step.application_id = application.id AND application_step.status = 'submitted' AND application_step.round = application.round;
INSERT INTO book_issue (book_id, application_id, kind, number, by_id, at) SELECT book.id, book.application_id, book.kind, book.number, application.decided_by_id, coalesce(application.decided_at, book.created_at) FROM record_book book JOIN application ON application.id = book.application_id;

-- 0005_trails
CREATE TABLE "correction_exchange" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "round" SMALLINT NOT NULL,
    "reason" VARCHAR(20) NOT NULL,
    "text" TEXT NOT NULL,
    "old_value" TEXT NOT NULL,
    "old_file" UUID,
    "new_value" TEXT NOT NULL,
    "new_file" UUID,
    "status" VARCHAR(20) NOT NULL,
    "answer" TEXT NOT NULL,
    "answered_at" TIMESTAMPTZ NOT NULL,
    "reopened_at" TIMESTAMPTZ NOT NULL,
    "answered_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "correction_id" INT NOT NULL REFERENCES "correction" ("id") ON DELETE RESTRICT,
    "reopened_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "correction_exchange"."reason" IS 'BLURRED: blurred\nNOT_HALF_LENGTH: not_half_length\nNO_BACK: no_back\nWRONG_DATE: wrong_date\nTOO_FEW_HOURS: too_few_hours\nWRONG_NUMBER: wrong_number\nOTHER: other';
COMMENT ON COLUMN "correction_exchange"."status" IS 'OPEN: open\nMENDED: mended\nDISPUTED: disputed\nACCEPTED: accepted\nWITHDRAWN: withdrawn';
COMMENT ON TABLE "correction_exchange" IS '先前往返: the text of a mark and the answer of the unit, before the reviewer reopened the mark.';
CREATE TABLE "office_entry" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    "by_name" VARCHAR(60) NOT NULL,
    "from_unit" VARCHAR(80) NOT NULL,
    "section" VARCHAR(20) NOT NULL,
    "subject" VARCHAR(120) NOT NULL,
    "action" VARCHAR(10) NOT NULL,
    "label" VARCHAR(60) NOT NULL,
    "old" TEXT NOT NULL,
    "new" TEXT NOT NULL,
    "by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_office_entr_at_15d396" ON "office_entry" ("at");
COMMENT ON TABLE "office_entry" IS '系統異動: one fact of the office itself (a rule, a day, a series, a wording, an account) changed by somebody.';
ALTER TABLE "account" ALTER COLUMN "mail_preference" DROP DEFAULT;
ALTER TABLE "agency" ALTER COLUMN "renewal_keeps_number" DROP DEFAULT;
ALTER TABLE "agency" ALTER COLUMN "supervisor_email" DROP DEFAULT;
ALTER TABLE "agency" ALTER COLUMN "supervisor_name" DROP DEFAULT;
ALTER TABLE "application" ALTER COLUMN "roster_position" DROP DEFAULT;
ALTER TABLE "application_step" ALTER COLUMN "round" DROP DEFAULT;
ALTER TABLE "application_step" ADD COLUMN "escalated_at" TIMESTAMPTZ;
ALTER TABLE "application_step" ADD COLUMN "reminded_at" TIMESTAMPTZ;
ALTER TABLE "number_series" ALTER COLUMN "pattern" DROP DEFAULT;
ALTER TABLE "outgoing_mail" ALTER COLUMN "template" DROP DEFAULT;
ALTER TABLE "record_book" ALTER COLUMN "earlier_legacy" DROP DEFAULT;
CREATE INDEX correction_exchange_by_correction_id ON correction_exchange (correction_id);
UPDATE application_step SET reminded_at = application.reminded_at, escalated_at = application.escalated_at FROM application WHERE application_step.application_id = application.id AND application_step.status = 'submitted' AND application_step.round = application.round;

-- 0006_history_keys
ALTER TABLE "history_entry" ADD COLUMN "field" VARCHAR(40) NOT NULL DEFAULT '';
COMMENT ON COLUMN "history_entry"."section" IS 'BASICS: basics\nTRAINING: training\nAPPLICATION: application\nRECORD_BOOK: record-book\nSERVICE_HOURS: service-hours\nPERFORMANCE_CERTIFICATES: performance-certificates\nINSURANCE: insurance\nHONOR_CARDS: honor-cards\nAWARDS: awards\nOTHER_ENTRIES: other-entries';
ALTER TABLE "history_entry" ALTER COLUMN "section" TYPE VARCHAR(30);
COMMENT ON COLUMN "history_entry"."action" IS 'ADDED: added\nAMENDED: amended\nREMOVED: removed\nREPLACED: replaced';
ALTER TABLE "access_entry" ADD COLUMN "kind" VARCHAR(20);
ALTER TABLE "application" ADD COLUMN "reviewer_note" TEXT NOT NULL DEFAULT '';
UPDATE history_entry SET action = CASE action WHEN '新增' THEN 'added' WHEN '修改' THEN 'amended' WHEN '刪除' THEN 'removed' WHEN '更換' THEN 'replaced' END, section = CASE section WHEN '基本資料' THEN 'basics' WHEN '教育訓練' THEN 'training' WHEN '服務時數' THEN 'service-hours' WHEN '服務績效證明' THEN 'performance-certificates' WHEN '保險' THEN 'insurance' WHEN '榮譽卡' THEN 'honor-cards' WHEN '獎勵獎項' THEN 'awards' WHEN '其他登錄事項' THEN 'other-entries' WHEN '紀錄冊' THEN CASE subject WHEN '紀錄冊申請' THEN 'application' ELSE 'record-book' END END;
UPDATE history_entry entry SET field = known.key FROM (VALUES ('basics', '證件種類', 'identity_kind'), ('basics', '證件號碼', 'identity_number'), ('basics', '原住民', 'is_indigenous'), ('basics', '同意個資使用', 'consents_to_data_use'), ('basics', '姓名', 'name'), ('basics', '開放志工單位查詢', 'is_open_to_units'), ('basics', '公教人員', 'is_civil_servant'), ('basics', '密碼', 'password'), ('basics', '英文姓名', 'english_name'), ('basics', '出生日期', 'born_on'), ('basics', '性別', 'sex'), ('basics', 'E-MAIL', 'email'), ('basics', '是否加入救災志工', 'joins_disaster_relief'), ('basics', '舊制紀錄冊號（字）', 'legacy_series'), ('basics', '舊制紀錄冊號（號）', 'legacy_serial'), ('basics', '發冊日期', 'legacy_issued_on'), ('basics', '志工照片', 'photo'), ('basics', '確認志工照片為清晰、半身照', 'is_photo_confirmed'), ('basics', '所屬運用單位', 'host_unit'), ('basics', '所屬志工隊', 'team'), ('training', '受訓單位', 'trained_for_id'), ('training', '課程名稱', 'title'), ('training', '訓練日期（起）', 'starts_on'), ('training', '訓練日期（迄）', 'ends_on'), ('training', '訓練單位', 'provider'), ('training', '訓練課程', 'kind'), ('training', '課程領域', 'field_id'), ('training', '訓練次數', 'sessions'), ('training', '訓練時數', 'hours'), ('training', '備註', 'remarks'), ('training', '本單位無核定日期與字號', 'has_no_approval'), ('training', '核定日期', 'approved_on'), ('training', '核定字號', 'approval_reference'), ('training', '正面', 'certificate_front'), ('training', '反面', 'certificate_back'), ('training', '刪除原因', 'removal_reason'), ('application', '發冊類別', 'kind'), ('application', '發冊縣市', 'county_code'), ('application', '發冊機關', 'agency_id'), ('application', '備註', 'remarks'), ('application', '附件上傳', 'attachment'), ('application', '申請狀態', 'status'), ('application', '審核意見', 'reason'), ('record-book', '紀錄冊號', 'number'), ('record-book', '發冊類別', 'kind'), ('record-book', '發冊日期', 'issued_on'), ('record-book', '使用狀態', 'status'), ('service-hours', '服務日期（起）', 'starts_on'), ('service-hours', '服務日期（迄）', 'ends_on'), ('service-hours', '服務項目', 'item'), ('service-hours', '服務內容', 'content'), ('service-hours', '服務時數', 'minutes'), ('service-hours', '受服務人次', 'persons_served'), ('service-hours', '交通費', 'transport_fee'), ('service-hours', '誤餐費', 'meal_fee'), ('service-hours', '服務區域', 'area'), ('service-hours', '備註', 'remarks'), ('performance-certificates', '證明書字號', 'reference'), ('performance-certificates', '發給日期', 'issued_on'), ('performance-certificates', '服務期間（起）', 'starts_on'), ('performance-certificates', '服務期間（迄）', 'ends_on'), ('performance-certificates', '服務時數', 'minutes'), ('performance-certificates', '具體績效', 'achievements'), ('performance-certificates', '備註', 'remarks'), ('insurance', '保險種類', 'kind'), ('insurance', '保險公司', 'insurer'), ('insurance', '保單號碼', 'policy_number'), ('insurance', '保險期間（起）', 'starts_on'), ('insurance', '保險期間（迄）', 'ends_on'), ('insurance', '身故保額', 'death_benefit'), ('insurance', '醫療保額', 'medical_benefit'), ('insurance', '住院日額', 'daily_benefit'), ('insurance', '備註', 'remarks'), ('honor-cards', '榮譽卡編號', 'number'), ('honor-cards', '發卡類別', 'kind'), ('honor-cards', '發給縣市', 'county_id'), ('honor-cards', '申請日期', 'applied_on'), ('honor-cards', '發卡日期', 'issued_on'), ('honor-cards', '有效日期', 'valid_until'), ('honor-cards', '採計年資（起）', 'counted_from'), ('honor-cards', '採計年資（迄）', 'counted_to'), ('honor-cards', '備註', 'remarks'), ('awards', '獎勵名稱', 'title'), ('awards', '等次', 'level'), ('awards', '獎勵單位', 'awarded_by'), ('awards', '獎勵日期', 'awarded_on'), ('awards', '獎勵字號', 'reference'), ('awards', '備註', 'remarks'), ('other-entries', '日期', 'occurred_on'), ('other-entries', '登錄事項', 'subject'), ('other-entries', '字號', 'reference'), ('other-entries', '備註', 'remarks')) AS known (section, label, key) WHERE entry.section = known.section AND entry.label = known.label;
UPDATE history_entry SET field = 'membership' WHERE section = 'basics' AND label LIKE '收編狀態（%';
UPDATE access_entry SET kind = CASE what WHEN '身分證字號' THEN 'identity_number' WHEN '居留證號碼' THEN 'identity_number' WHEN '護照號碼' THEN 'identity_number' WHEN '紀錄冊申請案' THEN 'case' WHEN '紀錄冊' THEN 'record_book' WHEN '教育訓練清單' THEN 'training_list' WHEN '名冊' THEN 'roster' WHEN '志工總歸戶' THEN 'consolidated' WHEN '收編' THEN 'enrolment' END;
UPDATE application SET reviewer_note = trim(E'\n' from CASE WHEN EXISTS (SELECT FROM correction WHERE correction.application_id = application.id) THEN regexp_replace(reason, '^\d+\. .*（.*）：.*$\n?', '', 'gn') ELSE reason END) WHERE status = 'returned';
ALTER TABLE "history_entry" ALTER COLUMN "field" DROP DEFAULT;
ALTER TABLE "application" ALTER COLUMN "reviewer_note" DROP DEFAULT;

-- 0007_presence
ALTER TABLE "reading" RENAME TO "presence";
ALTER INDEX reading_one_holder RENAME TO presence_one_holder;
ALTER INDEX reading_by_application_id RENAME TO presence_by_application_id;
DO $$ DECLARE name text; BEGIN FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'presence'::regclass AND conname LIKE 'reading%' LOOP EXECUTE format('ALTER TABLE presence RENAME CONSTRAINT %I TO %I', name, replace(name, 'reading', 'presence')); END LOOP; END $$;

-- 0008_papers
CREATE TABLE "case_content" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "round" SMALLINT NOT NULL,
    "content" BYTEA NOT NULL,
    "digest" VARCHAR(64) NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "is_sent" BOOL NOT NULL,
    "application_id" INT NOT NULL REFERENCES "application" ("id") ON DELETE RESTRICT,
    "by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "case_content" IS '送審內容: what an application held when it was sent (`is_sent`), or when a reviewer looked at it; never removed.';
ALTER TABLE "application" ADD COLUMN "papers_changed_at" TIMESTAMPTZ;
ALTER TABLE "correction" ADD COLUMN "seen_digest" VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE "decision" ADD COLUMN "digest" VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE "eye_check" ADD COLUMN "digest" VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE "rule" ADD COLUMN "parts" VARCHAR(80) NOT NULL DEFAULT '';
ALTER TABLE "correction" ALTER COLUMN "seen_digest" DROP DEFAULT;
ALTER TABLE "decision" ALTER COLUMN "digest" DROP DEFAULT;
ALTER TABLE "eye_check" ALTER COLUMN "digest" DROP DEFAULT;
ALTER TABLE "rule" ALTER COLUMN "parts" DROP DEFAULT;
UPDATE rule SET parts = 'photo identity' WHERE by_eye AND key = 'eye-photo';
UPDATE rule SET parts = 'identity certificates' WHERE by_eye AND key = 'eye-name';
UPDATE rule SET parts = 'trainings' WHERE by_eye AND key = 'eye-course';
UPDATE rule SET parts = 'certificates' WHERE by_eye AND key = 'eye-seal';
CREATE INDEX case_content_by_application_id ON "case_content" (application_id);

-- 0009_terms
ALTER TABLE "agency" ADD COLUMN "correction_days" SMALLINT NOT NULL DEFAULT 30;
ALTER TABLE "agency" ALTER COLUMN "correction_days" DROP DEFAULT;
ALTER TABLE "application" ADD COLUMN "correct_by" DATE;
INSERT INTO rule (key, label, demand, by_eye, source, note, position) SELECT 'membership', '所屬運用單位', 'advice', false, '管理辦法 §5', '', coalesce(max(position), 0) + 1 FROM rule HAVING count(*) > 0;

-- 0010_persons
CREATE TABLE "email_change" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "email" VARCHAR(254) NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "digest" VARCHAR(64)  UNIQUE,
    "expires_at" TIMESTAMPTZ,
    "decided_at" TIMESTAMPTZ,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "asked_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "decided_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "email_change"."status" IS 'OPEN: open\nCONFIRMED: confirmed\nREFUSED: refused';
COMMENT ON TABLE "email_change" IS 'A new address that waits to be confirmed: by the owner, over a link to the old one, or by an administrator.';
CREATE TABLE "identity_lookup" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "number_index" VARCHAR(64) NOT NULL,
    "is_hit" BOOL NOT NULL,
    "is_refused" BOOL NOT NULL,
    "by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_identity_lo_at_00ad82" ON "identity_lookup" ("at");
COMMENT ON COLUMN "identity_lookup"."kind" IS 'DUPLICATE: duplicate\nCONSOLIDATED: consolidated\nENROLMENT: enrolment';
COMMENT ON TABLE "identity_lookup" IS 'Who looked up which identity number of somebody who is none of theirs, and whether there was such a person.';
ALTER TABLE "agency" ADD COLUMN "settling_days" SMALLINT NOT NULL DEFAULT 14;
ALTER TABLE "agency" ALTER COLUMN "settling_days" DROP DEFAULT;
ALTER TABLE "membership" ADD COLUMN "enrolled_at" TIMESTAMPTZ;
CREATE UNIQUE INDEX email_change_one_open ON email_change (account_id) WHERE status = 'open';
CREATE INDEX identity_lookup_by_by_id ON "identity_lookup" (by_id, at);
CREATE INDEX email_change_by_account_id ON "email_change" (account_id);
UPDATE membership SET enrolled_at = joined_on FROM volunteer WHERE volunteer.id = membership.volunteer_id AND membership.joined_on > (volunteer.created_at AT TIME ZONE 'Asia/Taipei')::date;

-- 0011_limits
CREATE TABLE "allowance" (
    "key" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "used" INT NOT NULL,
    "ends_at" TIMESTAMPTZ NOT NULL
);
CREATE INDEX "idx_allowance_ends_at_afc495" ON "allowance" ("ends_at");
COMMENT ON TABLE "allowance" IS 'How much of something somebody has used up in a period that ends at `ends_at`; the key says neither in clear.';
ALTER TABLE "account_request" ADD COLUMN "confirmed_at" TIMESTAMPTZ;
ALTER TABLE "account_request" ADD COLUMN "digest" VARCHAR(64);

-- 0011_limits_guards
CREATE INDEX stored_file_by_host_unit_id ON "stored_file" (host_unit_id, volunteer_id);
CREATE INDEX account_request_by_status ON "account_request" (status, confirmed_at);
UPDATE account_request SET confirmed_at = created_at;

-- 0012_names
ALTER TABLE "volunteer" ADD COLUMN "english_name_key" VARCHAR(120) NOT NULL DEFAULT '';
ALTER TABLE "volunteer" ALTER COLUMN "english_name_key" DROP DEFAULT;
ALTER TABLE "volunteer" ADD COLUMN "key_edition" SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE "volunteer" ALTER COLUMN "key_edition" DROP DEFAULT;
UPDATE volunteer SET legacy_series = regexp_replace(normalize(legacy_series, NFKC), '\s', '', 'g'), legacy_serial = regexp_replace(normalize(legacy_serial, NFKC), '\s', '', 'g') WHERE legacy_serial <> '';

-- 0013_guarded_accounts
ALTER TABLE "account" ADD COLUMN "guarded_since" TIMESTAMPTZ;
UPDATE account SET guarded_since = created_at WHERE role IN ('reviewer', 'administrator');

-- 0014_one_sided
CREATE TABLE "half_written" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "place" VARCHAR(60) NOT NULL,
    "field" VARCHAR(60) NOT NULL,
    "value" BYTEA NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_half_writte_account_09be8b" UNIQUE ("account_id", "place", "field")
);
COMMENT ON TABLE "half_written" IS 'What an account has written in a field and not sent, as JSON text, sealed; `place` is a case or a dialog.';
ALTER TABLE "training" ADD COLUMN "has_no_back" BOOL NOT NULL DEFAULT FALSE;
ALTER TABLE "training" ALTER COLUMN "has_no_back" DROP DEFAULT;
INSERT INTO rule (key, label, kind, demand, by_eye, source, note, position) SELECT 'certificates-back', '證書反面', NULL, 'advice', false, '線上申請教學 STEP 6', '', min(position) FROM rule WHERE key = 'certificates' HAVING count(*) > 0;
INSERT INTO rule (key, label, kind, demand, by_eye, source, note, position) SELECT 'certificates-back', '證書反面', 'cancellation', 'off', false, '線上申請教學 STEP 6', '', min(position) FROM rule WHERE key = 'certificates' HAVING count(*) > 0;
INSERT INTO rule (key, label, kind, demand, by_eye, source, note, position) SELECT 'letters', '姓名用字', NULL, 'advice', false, '', '', min(position) FROM rule WHERE key = 'identity' HAVING count(*) > 0;
INSERT INTO rule (key, label, kind, demand, by_eye, source, note, position) SELECT 'letters', '姓名用字', 'cancellation', 'off', false, '', '', min(position) FROM rule WHERE key = 'identity' HAVING count(*) > 0;

-- 0015_one_mail_a_roster
CREATE TABLE "untold_decision" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    "roster_id" INT NOT NULL REFERENCES "roster" ("id") ON DELETE RESTRICT,
    "application_id" INT NOT NULL UNIQUE REFERENCES "application" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "untold_decision" IS 'A decision on a row of a roster that its unit has not been told of yet: it is told together with the others.';
COMMENT ON COLUMN "correction"."reason" IS 'BLURRED: blurred\nNOT_HALF_LENGTH: not_half_length\nNO_BACK: no_back\nWRONG_DATE: wrong_date\nTOO_FEW_HOURS: too_few_hours\nWRONG_NUMBER: wrong_number\nWRONG_NAME: wrong_name\nNOT_OWN: not_own\nOTHER: other';
COMMENT ON COLUMN "correction_exchange"."reason" IS 'BLURRED: blurred\nNOT_HALF_LENGTH: not_half_length\nNO_BACK: no_back\nWRONG_DATE: wrong_date\nTOO_FEW_HOURS: too_few_hours\nWRONG_NUMBER: wrong_number\nWRONG_NAME: wrong_name\nNOT_OWN: not_own\nOTHER: other';

-- 0016_lists
ALTER TABLE "volunteer" ADD COLUMN "name_order" VARCHAR(96) NOT NULL DEFAULT '';
ALTER TABLE "volunteer" ALTER COLUMN "name_order" DROP DEFAULT;
CREATE TABLE "kept_search" (
    "key" VARCHAR(32) NOT NULL  PRIMARY KEY,
    "words" BYTEA NOT NULL,
    "kept_at" TIMESTAMPTZ NOT NULL,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_kept_search_kept_at_3f0a4c" ON "kept_search" ("kept_at");
COMMENT ON TABLE "kept_search" IS 'The words that an account looked for, sealed, under a random key that stands in addresses instead of them.';

-- 0017_deputies
CREATE TABLE "deputyship" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "begins_on" DATE NOT NULL,
    "ends_on" DATE NOT NULL,
    "named_at" TIMESTAMPTZ NOT NULL,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "deputy_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "named_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_deputyship_ends_on_ba0e4b" ON "deputyship" ("ends_on");
COMMENT ON TABLE "deputyship" IS '職務代理: from one day to another, both included, `deputy` does what the reviewer `account` would do.';
ALTER TABLE "application_step" ADD COLUMN "on_behalf_of_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT;

-- 0018_keys
CREATE TABLE "key_check" (
    "key_id" SMALLINT NOT NULL  PRIMARY KEY,
    "canary" BYTEA NOT NULL,
    "word_index" VARCHAR(64) NOT NULL
);
COMMENT ON TABLE "key_check" IS 'A word sealed with one of the sealing keys, and its blind index: other keys are known before they do harm.';

-- 0019_large_offices
LOCK TABLE application, application_step, record_book, book_issue, outgoing_mail IN SHARE ROW EXCLUSIVE MODE;
CREATE TABLE "tally" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "what" VARCHAR(10) NOT NULL,
    "part" VARCHAR(30) NOT NULL,
    "number" INT NOT NULL,
    "agency_id" INT NOT NULL REFERENCES "agency" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_tally_agency__6782ef" UNIQUE ("agency_id", "what", "part")
);
COMMENT ON COLUMN "tally"."what" IS 'CASE: case\nBOOK: book\nISSUE: issue';
COMMENT ON TABLE "tally" IS 'How many there are of what an agency has done; the database counts with each row, so that no page has to.';
ALTER TABLE "application_step" ADD COLUMN "agency_id" INT REFERENCES "agency" ("id") ON DELETE RESTRICT;
ALTER TABLE "application_step" ADD COLUMN "answer" VARCHAR(20);
ALTER TABLE "application_step" ADD COLUMN "answered_at" TIMESTAMPTZ;
ALTER TABLE "application_step" ADD COLUMN "host_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT;
ALTER TABLE "outgoing_mail" ADD COLUMN "agency_id" INT REFERENCES "agency" ("id") ON DELETE RESTRICT;
ALTER TABLE "outgoing_mail" ADD COLUMN "host_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT;
ALTER TABLE "book_issue" ADD COLUMN "agency_id" INT REFERENCES "agency" ("id") ON DELETE RESTRICT;
ALTER TABLE "book_issue" ADD COLUMN "roc_year" SMALLINT;
UPDATE application_step step SET agency_id = told.agency_id, host_unit_id = told.host_unit_id,
        answer = told.answer, answered_at = told.answered_at
    FROM (SELECT step.id, application.agency_id, application.host_unit_id, lead(step.status) OVER of_case AS answer,
                 lead(step.at) OVER of_case AS answered_at
          FROM application_step step JOIN application ON application.id = step.application_id
          WINDOW of_case AS (PARTITION BY step.application_id ORDER BY step.id)) told
    WHERE step.id = told.id;
UPDATE book_issue SET agency_id = book.agency_id, roc_year = book.roc_year FROM record_book book WHERE book.id = book_issue.book_id;
UPDATE outgoing_mail mail SET agency_id = told.agency_id, host_unit_id = told.host_unit_id
    FROM (SELECT mail.id, coalesce(application.agency_id, roster.agency_id) AS agency_id,
                 coalesce(application.host_unit_id, roster.host_unit_id) AS host_unit_id
          FROM outgoing_mail mail LEFT JOIN application ON application.id = mail.application_id
          LEFT JOIN roster ON roster.id = mail.roster_id) told
    WHERE mail.id = told.id AND told.agency_id IS NOT NULL;
DELETE FROM tally;
INSERT INTO tally (agency_id, what, part, number)
    SELECT agency_id, 'case', status, count(*) FROM application WHERE round > 0 AND status IN ('approved', 'rejected', 'withdrawn') GROUP BY agency_id, status
    UNION ALL SELECT agency_id, 'book', roc_year::text, count(*) FROM record_book GROUP BY agency_id, roc_year
    UNION ALL SELECT agency_id, 'issue', roc_year || ' ' || kind, count(*) FROM book_issue
              GROUP BY agency_id, roc_year, kind;
CREATE FUNCTION name_grams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    COST 10000 AS $$
    SELECT array_agg(gram) FROM generate_series(1, length(name)) place,
    LATERAL (VALUES (substr(name, place, 2)), (substr(name, place, 1))) part (gram)
    WHERE length(gram) = 2 OR gram > '~' COLLATE "C" $$;
CREATE INDEX step_arrivals ON application_step (agency_id, at DESC, id DESC) WHERE status IN ('submitted', 'withdrawn');
CREATE INDEX step_answers ON application_step (host_unit_id, at DESC, id DESC) WHERE status IN ('returned', 'approved', 'rejected');
CREATE INDEX step_rounds_of_agency ON application_step (agency_id, answered_at) INCLUDE (at, due_on, round, answer, host_unit_id) WHERE status = 'submitted';
CREATE INDEX step_rounds_of_unit ON application_step (host_unit_id, answered_at) INCLUDE (at, due_on, round, answer, agency_id) WHERE status = 'submitted';
CREATE INDEX step_running_of_agency ON application_step (agency_id, due_on) WHERE status = 'submitted' AND answer IS NULL;
CREATE INDEX step_running_of_unit ON application_step (host_unit_id, due_on) WHERE status = 'submitted' AND answer IS NULL;
CREATE INDEX step_returns ON application_step (agency_id, at) INCLUDE (application_id) WHERE status = 'returned';
CREATE INDEX case_by_due_day ON application (agency_id, due_on, submitted_at, id) WHERE status = 'submitted' AND round > 0;
CREATE INDEX case_by_arrival ON application (agency_id, submitted_at, id) WHERE status = 'submitted' AND round > 0;
CREATE INDEX case_decided ON application (agency_id, status, decided_at DESC, id DESC) WHERE round > 0;
CREATE INDEX case_touched ON application (agency_id, updated_at DESC, id DESC) WHERE round > 0;
CREATE INDEX case_ended ON application (agency_id, updated_at DESC, id DESC) WHERE round > 0 AND status IN ('rejected', 'withdrawn');
CREATE INDEX issue_of_agency ON book_issue (agency_id, at DESC, id DESC) INCLUDE (number);
CREATE INDEX issue_of_kind ON book_issue (agency_id, kind, at DESC, id DESC);
CREATE INDEX issue_of_year ON book_issue (agency_id, roc_year, at DESC, id DESC);
CREATE INDEX book_by_day ON record_book (agency_id, issued_on DESC, id DESC);
CREATE INDEX book_by_volunteer ON record_book (volunteer_id) INCLUDE (agency_id);
CREATE INDEX book_by_serial ON record_book (substring(number from '第([0-9]+)號'));
CREATE INDEX book_of_old_system ON record_book (agency_id) WHERE earlier_legacy <> '';
CREATE INDEX volunteer_by_legacy ON volunteer (legacy_serial, legacy_series) INCLUDE (id) WHERE legacy_serial <> '';
CREATE INDEX volunteer_by_grams ON volunteer USING gin (name_grams(name_key || ' ' || english_name_key));
CREATE INDEX staff_by_name ON account (is_active DESC, name, id) WHERE role <> 'volunteer';
CREATE INDEX staff_of_unit ON account (host_unit_id) WHERE host_unit_id IS NOT NULL;
CREATE INDEX staff_of_agency ON account (agency_id) WHERE agency_id IS NOT NULL;
CREATE INDEX training_of_unit ON training (trained_for_id, id);
CREATE INDEX history_of_additions ON history_entry (by_id, at DESC, id DESC) WHERE action = 'added';
CREATE INDEX mail_of_roster ON outgoing_mail (roster_id) WHERE roster_id IS NOT NULL;
CREATE INDEX mail_of_digest ON outgoing_mail (digest_id) WHERE digest_id IS NOT NULL;
CREATE INDEX mail_resent ON outgoing_mail (resent_from_id) WHERE resent_from_id IS NOT NULL;
CREATE INDEX mail_undelivered ON outgoing_mail (id) WHERE status IN ('failed', 'bounced');
CREATE INDEX mail_undelivered_of_agency ON outgoing_mail (agency_id, id) WHERE status IN ('failed', 'bounced');
CREATE INDEX mail_undelivered_of_unit ON outgoing_mail (host_unit_id, id) WHERE status IN ('failed', 'bounced');
CREATE INDEX file_sizes ON stored_file (host_unit_id) INCLUDE (size) WHERE host_unit_id IS NOT NULL;
CREATE FUNCTION step_is_of_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    SELECT agency_id, host_unit_id INTO NEW.agency_id, NEW.host_unit_id FROM application WHERE id = NEW.application_id;
    RETURN NEW; END $$;
CREATE TRIGGER step_is_of_case BEFORE INSERT OR UPDATE OF application_id ON application_step FOR EACH ROW EXECUTE FUNCTION step_is_of_case();
CREATE FUNCTION steps_follow_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE application_step SET agency_id = NEW.agency_id, host_unit_id = NEW.host_unit_id WHERE application_id = NEW.id;
    UPDATE outgoing_mail SET agency_id = NEW.agency_id, host_unit_id = NEW.host_unit_id WHERE application_id = NEW.id;
    RETURN NULL; END $$;
CREATE FUNCTION mail_is_of_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    SELECT agency_id, host_unit_id INTO NEW.agency_id, NEW.host_unit_id FROM application WHERE id = NEW.application_id;
    IF NEW.application_id IS NULL THEN
        SELECT agency_id, host_unit_id INTO NEW.agency_id, NEW.host_unit_id FROM roster WHERE id = NEW.roster_id; END IF;
    RETURN NEW; END $$;
CREATE TRIGGER mail_is_of_case BEFORE INSERT OR UPDATE OF application_id, roster_id ON outgoing_mail FOR EACH ROW EXECUTE FUNCTION mail_is_of_case();
CREATE TRIGGER steps_follow_case AFTER UPDATE OF agency_id, host_unit_id ON application FOR EACH ROW WHEN ((OLD.agency_id, OLD.host_unit_id) IS DISTINCT FROM (NEW.agency_id, NEW.host_unit_id)) EXECUTE FUNCTION steps_follow_case();
CREATE FUNCTION steps_know_answer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE application_step step SET answer = told.answer, answered_at = told.answered_at
    FROM (SELECT id, lead(status) OVER of_case AS answer, lead(at) OVER of_case AS answered_at FROM application_step WHERE application_id IN (OLD.application_id, NEW.application_id)
          WINDOW of_case AS (PARTITION BY application_id ORDER BY id)) told
    WHERE step.id = told.id AND (step.answer, step.answered_at) IS DISTINCT FROM (told.answer, told.answered_at);
    RETURN NULL; END $$;
CREATE TRIGGER steps_know_answer AFTER INSERT OR DELETE OR UPDATE OF application_id, status, at ON application_step FOR EACH ROW EXECUTE FUNCTION steps_know_answer();
CREATE FUNCTION issue_is_of_book() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    SELECT agency_id, roc_year INTO NEW.agency_id, NEW.roc_year FROM record_book WHERE id = NEW.book_id;
    RETURN NEW; END $$;
CREATE TRIGGER issue_is_of_book BEFORE INSERT OR UPDATE OF book_id ON book_issue FOR EACH ROW EXECUTE FUNCTION issue_is_of_book();
CREATE FUNCTION tallied(agency int, what text, part text, more int) RETURNS void LANGUAGE sql AS $$
    INSERT INTO tally (agency_id, what, part, number) VALUES ($1, $2, $3, $4)
    ON CONFLICT (agency_id, what, part) DO UPDATE SET number = tally.number + EXCLUDED.number $$;
CREATE FUNCTION cases_are_tallied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' AND OLD.round > 0 AND OLD.status IN ('approved', 'rejected', 'withdrawn') THEN
        PERFORM tallied(OLD.agency_id, 'case', OLD.status, -1); END IF;
    IF TG_OP <> 'DELETE' AND NEW.round > 0 AND NEW.status IN ('approved', 'rejected', 'withdrawn') THEN
        PERFORM tallied(NEW.agency_id, 'case', NEW.status, 1); END IF;
    RETURN NULL; END $$;
CREATE FUNCTION books_are_tallied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM tallied(OLD.agency_id, 'book', OLD.roc_year::text, -1); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM tallied(NEW.agency_id, 'book', NEW.roc_year::text, 1); END IF;
    RETURN NULL; END $$;
CREATE FUNCTION issues_are_tallied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM tallied(OLD.agency_id, 'issue', OLD.roc_year || ' ' || OLD.kind, -1); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM tallied(NEW.agency_id, 'issue', NEW.roc_year || ' ' || NEW.kind, 1); END IF;
    RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER cases_are_tallied AFTER INSERT OR DELETE OR UPDATE OF status, agency_id, round ON application DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cases_are_tallied();
CREATE CONSTRAINT TRIGGER books_are_tallied AFTER INSERT OR DELETE OR UPDATE OF agency_id, roc_year ON record_book DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION books_are_tallied();
CREATE CONSTRAINT TRIGGER issues_are_tallied AFTER INSERT OR DELETE OR UPDATE OF kind, agency_id, roc_year ON book_issue DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION issues_are_tallied();

-- 0020_backups
CREATE TABLE "backup" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "made_at" TIMESTAMPTZ NOT NULL,
    "files" INT NOT NULL,
    "missing" INT NOT NULL,
    "bytes" BIGINT NOT NULL
);
CREATE INDEX "idx_backup_made_at_ff6582" ON "backup" ("made_at");
COMMENT ON TABLE "backup" IS 'A backup of the whole office that was made; where it lies only its keeper knows.';

-- 0021_imports
CREATE TABLE "import_batch" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "kind" VARCHAR(20) NOT NULL,
    "state" VARCHAR(20) NOT NULL,
    "file_name" VARCHAR(120) NOT NULL,
    "digest" VARCHAR(64) NOT NULL,
    "size" INT NOT NULL,
    "is_pasted" BOOL NOT NULL,
    "sheet" VARCHAR(100) NOT NULL,
    "sheets" JSONB NOT NULL,
    "headings" JSONB NOT NULL,
    "mapping" JSONB NOT NULL,
    "heading_row" INT NOT NULL,
    "lacking" JSONB NOT NULL,
    "common" JSONB NOT NULL,
    "why" TEXT NOT NULL,
    "edition" INT NOT NULL,
    "rows" INT NOT NULL,
    "good" INT NOT NULL,
    "attention" INT NOT NULL,
    "wrong" INT NOT NULL,
    "written" INT NOT NULL,
    "done" INT NOT NULL,
    "total" INT NOT NULL,
    "milliseconds" INT NOT NULL,
    "begun_at" TIMESTAMPTZ NOT NULL,
    "graded_at" TIMESTAMPTZ,
    "confirmed_at" TIMESTAMPTZ,
    "written_at" TIMESTAMPTZ,
    "taken_back_at" TIMESTAMPTZ,
    "cells_until" TIMESTAMPTZ,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "confirmed_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "host_unit_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "taken_back_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_import_batc_begun_a_259194" ON "import_batch" ("begun_at");
CREATE INDEX "idx_import_batc_host_un_908b02" ON "import_batch" ("host_unit_id", "id");
COMMENT ON COLUMN "import_batch"."kind" IS 'VOLUNTEERS: volunteers\nTRAININGS: trainings\nSERVICE_HOURS: service-hours\nOPENING_HOURS: opening-hours\nINSURANCE: insurance\nPAPER_BOOKS: paper-books\nTEAMS: teams\nPICTURES: pictures';
COMMENT ON COLUMN "import_batch"."state" IS 'READING: reading\nUNREADABLE: unreadable\nGRADED: graded\nWRITING: writing\nDONE: done\nTAKING_BACK: taking-back\nTAKEN_BACK: taken-back\nDROPPED: dropped';
COMMENT ON TABLE "import_batch" IS '匯入批次: one file or pasted range of a unit, from reading to taking back.';
CREATE TABLE "import_block" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "number" INT NOT NULL,
    "first_row" INT NOT NULL,
    "rows" INT NOT NULL,
    "cells" BYTEA NOT NULL,
    "graded" BYTEA,
    "twins" BYTEA,
    "grades" TEXT NOT NULL,
    "doubts" TEXT NOT NULL,
    "takes" TEXT NOT NULL,
    "batch_id" INT NOT NULL REFERENCES "import_batch" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_import_bloc_batch_i_4b8007" UNIQUE ("batch_id", "number")
);
COMMENT ON TABLE "import_block" IS 'Some hundred rows of an import: cells as typed and what grading made of them, sealed together.';
CREATE TABLE "import_file" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "content" BYTEA NOT NULL,
    "batch_id" INT NOT NULL UNIQUE REFERENCES "import_batch" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "import_file" IS 'The bytes of an import as they came, sealed; they go when it is confirmed or given up.';
CREATE TABLE "import_piece" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "number" INT NOT NULL,
    "written" BYTEA,
    "people" JSONB NOT NULL,
    "is_taken_back" BOOL NOT NULL,
    "batch_id" INT NOT NULL REFERENCES "import_batch" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_import_piec_batch_i_60cc38" UNIQUE ("batch_id", "number")
);
COMMENT ON TABLE "import_piece" IS 'What one transaction of an import has written, sealed, to be taken back. `people`: volunteer''s id → rows.';
CREATE TABLE "import_row" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "number" INT NOT NULL,
    "mended" BYTEA,
    "left" TEXT NOT NULL,
    "batch_id" INT NOT NULL REFERENCES "import_batch" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_import_row_batch_i_5d57c0" UNIQUE ("batch_id", "number")
);
COMMENT ON TABLE "import_row" IS 'A row of an import that somebody mended, or that was left out; `number` as in the sheet.';
CREATE TABLE "known_heading" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "kind" VARCHAR(20) NOT NULL,
    "heading" VARCHAR(100) NOT NULL,
    "column" VARCHAR(40) NOT NULL,
    "host_unit_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_known_headi_host_un_c61411" UNIQUE ("host_unit_id", "kind", "heading")
);
COMMENT ON COLUMN "known_heading"."kind" IS 'VOLUNTEERS: volunteers\nTRAININGS: trainings\nSERVICE_HOURS: service-hours\nOPENING_HOURS: opening-hours\nINSURANCE: insurance\nPAPER_BOOKS: paper-books\nTEAMS: teams\nPICTURES: pictures';
COMMENT ON TABLE "known_heading" IS 'What a unit said a heading of its files means: a column''s key, or '''' for 不匯入.';

-- 0022_paper_books
CREATE TABLE "paper_registration" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "issued_by" VARCHAR(100) NOT NULL,
    "series" VARCHAR(40) NOT NULL,
    "serial" VARCHAR(40) NOT NULL,
    "number_key" VARCHAR(90) NOT NULL,
    "issued_on" DATE,
    "status" VARCHAR(20) NOT NULL,
    "version" INT NOT NULL,
    "sent_at" TIMESTAMPTZ NOT NULL,
    "decided_at" TIMESTAMPTZ,
    "reason" TEXT NOT NULL,
    "agency_id" INT NOT NULL REFERENCES "agency" ("id") ON DELETE RESTRICT,
    "cover_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    "decided_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "host_unit_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "last_page_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    "sent_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT,
    "book_id" INT  UNIQUE REFERENCES "record_book" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_paper_regis_number__92e596" ON "paper_registration" ("number_key");
COMMENT ON COLUMN "paper_registration"."status" IS 'WAITING: waiting\nRETURNED: returned\nCONFIRMED: confirmed\nWITHDRAWN: withdrawn';
COMMENT ON TABLE "paper_registration" IS '紙本紀錄冊登記: a unit has a paper book of the old system registered; the agency confirms it, and it is a book.';
ALTER TABLE "book_issue" ALTER COLUMN "application_id" DROP NOT NULL;
COMMENT ON COLUMN "book_issue"."kind" IS 'FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation\nREGISTERED: registered';
COMMENT ON COLUMN "draft"."kind" IS 'VOLUNTEER: volunteer\nTRAINING: training\nAPPLICATION: application\nPAPER_BOOK: paper_book';
ALTER TABLE "number_series" ADD COLUMN "outside" INT NOT NULL DEFAULT 0;
ALTER TABLE "record_book" ALTER COLUMN "application_id" DROP NOT NULL;
ALTER TABLE "record_book" ALTER COLUMN "issued_on" DROP NOT NULL;
COMMENT ON COLUMN "record_book"."kind" IS 'FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation\nREGISTERED: registered';
ALTER TABLE "record_book" ALTER COLUMN "sequence" DROP NOT NULL;
ALTER TABLE "record_book" ADD COLUMN "first_issued_on" DATE;
ALTER TABLE "record_book" ADD COLUMN "issued_by" VARCHAR(100) NOT NULL DEFAULT '';
ALTER TABLE "record_book" ADD COLUMN "number_key" VARCHAR(90)  UNIQUE;
COMMENT ON COLUMN "stored_file"."kind" IS 'PHOTO: photo\nCERTIFICATE: certificate\nATTACHMENT: attachment\nPAPER_BOOK: paper_book';
ALTER TABLE "volunteer" ADD COLUMN "waives_issue_date" BOOL NOT NULL DEFAULT FALSE;
CREATE FUNCTION folded_number(number text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT left(regexp_replace(upper(translate(regexp_replace(normalize(number, NFKC), '\s', '', 'g'), '台', '臺')
        COLLATE "C"), '(^|[^0-9])0+([0-9])', '\1\2', 'g'), 90) $$;
CREATE FUNCTION book_knows_itself() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.number_key := folded_number(NEW.number);
    IF TG_OP = 'INSERT' THEN NEW.first_issued_on := CASE
        WHEN NEW.earlier_id IS NOT NULL THEN (SELECT first_issued_on FROM record_book WHERE id = NEW.earlier_id)
        WHEN NEW.earlier_legacy <> '' THEN (SELECT legacy_issued_on FROM volunteer WHERE id = NEW.volunteer_id)
        ELSE NEW.issued_on END; END IF;
    RETURN NEW; END $$;
CREATE TRIGGER book_knows_itself BEFORE INSERT OR UPDATE OF number ON record_book FOR EACH ROW EXECUTE FUNCTION book_knows_itself();
UPDATE record_book SET number_key = folded_number(number) WHERE id IN (SELECT min(id) FROM record_book GROUP BY folded_number(number));
WITH RECURSIVE line AS (
        SELECT id AS book, id, earlier_id FROM record_book
        UNION ALL SELECT line.book, before.id, before.earlier_id
        FROM line JOIN record_book before ON before.id = line.earlier_id
    )
    UPDATE record_book book SET first_issued_on = CASE WHEN oldest.earlier_legacy = '' THEN
        least(oldest.issued_on, (SELECT min((at AT TIME ZONE 'Asia/Taipei')::date) FROM book_issue
                                 WHERE book_id = oldest.id))
        ELSE (SELECT legacy_issued_on FROM volunteer WHERE id = oldest.volunteer_id) END
    FROM line JOIN record_book oldest ON oldest.id = line.id
    WHERE line.earlier_id IS NULL AND line.book = book.id;
UPDATE volunteer SET waives_issue_date = true WHERE legacy_serial <> '' AND legacy_issued_on IS NULL;
CREATE UNIQUE INDEX paper_one_open ON paper_registration (volunteer_id) WHERE status IN ('waiting', 'returned');
CREATE INDEX paper_of_agency ON paper_registration (agency_id, status, sent_at, id);
CREATE INDEX paper_of_unit ON paper_registration (host_unit_id, status, sent_at, id);
CREATE INDEX paper_registration_by_volunteer_id ON paper_registration (volunteer_id);
CREATE INDEX paper_by_cover_id ON paper_registration (cover_id);
CREATE INDEX paper_by_last_page_id ON paper_registration (last_page_id);

-- 0023_teams
CREATE TABLE "transfer" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "status" VARCHAR(20) NOT NULL,
    "note" VARCHAR(200) NOT NULL,
    "reason" VARCHAR(200) NOT NULL,
    "proposed_at" TIMESTAMPTZ NOT NULL,
    "decided_at" TIMESTAMPTZ,
    "decided_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "giver_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "proposed_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "taker_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "transfer"."status" IS 'OPEN: open\nACCEPTED: accepted\nREFUSED: refused\nWITHDRAWN: withdrawn';
COMMENT ON TABLE "transfer" IS '移轉: a unit proposes that another takes over one of its volunteers; the taker learns no more until it accepts.';
ALTER TABLE "account" ADD COLUMN "is_unit_administrator" BOOL NOT NULL DEFAULT FALSE;
ALTER TABLE "account" ADD COLUMN "team_id" INT REFERENCES "team" ("id") ON DELETE RESTRICT;
ALTER TABLE "application" ADD COLUMN "team_id" INT REFERENCES "team" ("id") ON DELETE RESTRICT;
ALTER TABLE "draft" ADD COLUMN "team_id" INT REFERENCES "team" ("id") ON DELETE RESTRICT;
ALTER TABLE "roster" ADD COLUMN "team_id" INT REFERENCES "team" ("id") ON DELETE RESTRICT;
CREATE FUNCTION case_is_of_team() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.team_id := NULL;
    SELECT team_id INTO NEW.team_id FROM membership
    WHERE volunteer_id = NEW.volunteer_id AND host_unit_id = NEW.host_unit_id FOR SHARE;
    RETURN NEW; END $$;
CREATE TRIGGER case_is_of_team BEFORE INSERT OR UPDATE OF host_unit_id, volunteer_id, team_id ON application FOR EACH ROW EXECUTE FUNCTION case_is_of_team();
CREATE FUNCTION cases_follow_member() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE application SET team_id = NEW.team_id WHERE volunteer_id = NEW.volunteer_id
    AND host_unit_id = NEW.host_unit_id AND team_id IS DISTINCT FROM NEW.team_id;
    RETURN NULL; END $$;
CREATE TRIGGER cases_follow_member AFTER INSERT OR UPDATE OF team_id ON membership FOR EACH ROW EXECUTE FUNCTION cases_follow_member();
UPDATE application SET team_id = membership.team_id FROM membership
    WHERE membership.volunteer_id = application.volunteer_id AND membership.host_unit_id = application.host_unit_id
    AND membership.team_id IS NOT NULL;
CREATE UNIQUE INDEX transfer_open ON transfer (volunteer_id, giver_id) WHERE status = 'open';
INSERT INTO county (code, name, letter, position) SELECT '00000', '中央', '', 0
    WHERE EXISTS (SELECT FROM county) ON CONFLICT DO NOTHING;
CREATE INDEX application_by_team_id ON "application" (team_id, status);
CREATE INDEX membership_by_team_id ON "membership" (team_id, status);
CREATE INDEX transfer_by_taker_id ON "transfer" (taker_id, status);
CREATE INDEX transfer_by_giver ON transfer (giver_id, status);

-- 0024_who_amended
ALTER TABLE "correction" ADD COLUMN "amended_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT;
ALTER TABLE "correction" ADD COLUMN "amended_at" TIMESTAMPTZ;
CREATE INDEX step_sent_to_agency ON application_step (agency_id, at DESC, id DESC) WHERE status = 'submitted';
CREATE INDEX case_of_unit ON application (host_unit_id, status, updated_at DESC, id DESC);

-- 0026_citizen_certificates
CREATE TABLE "citizen_certificate" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "card_index" VARCHAR(64) NOT NULL UNIQUE,
    "name" VARCHAR(100) NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "bound_at" TIMESTAMPTZ NOT NULL,
    "used_at" TIMESTAMPTZ,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "citizen_certificate" IS '自然人憑證 that signs in to an account, found by the blind index of the holder''s number at its authority.';
CREATE TABLE "revocation_list" (
    "authority" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "address" VARCHAR(500) NOT NULL,
    "content" BYTEA NOT NULL,
    "issued_at" TIMESTAMPTZ NOT NULL,
    "next_at" TIMESTAMPTZ NOT NULL,
    "fetched_at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "revocation_list" IS '憑證廢止清冊 (CRL), the newest of an authority, which is named by the SHA-256 of its certificate.';
CREATE TABLE "signature_challenge" (
    "digest" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "act" VARCHAR(10) NOT NULL,
    "browser" VARCHAR(64) NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL
);
CREATE INDEX "idx_signature_c_expires_e049a0" ON "signature_challenge" ("expires_at");
COMMENT ON COLUMN "signature_challenge"."act" IS 'SIGN_IN: sign_in\nBIND: bind';
COMMENT ON TABLE "signature_challenge" IS 'A random text for a card to sign, once, for one act in one browser. Only SHA-256 of both is stored.';
ALTER TABLE "session" ADD COLUMN "means" VARCHAR(10) NOT NULL DEFAULT 'password';
CREATE INDEX citizen_certificate_by_account_id ON citizen_certificate (account_id);

-- 0027_account_terms
CREATE TABLE "account_review" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "begun_at" TIMESTAMPTZ NOT NULL,
    "due_on" DATE NOT NULL,
    "reminders" SMALLINT NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "agency_id" INT REFERENCES "agency" ("id") ON DELETE RESTRICT,
    "host_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "account_review" IS '年度盤點: the accounts of a unit, of an agency, or of neither, to be confirmed one by one until `due_on`.';
CREATE TABLE "account_rules" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "idle_days" SMALLINT NOT NULL,
    "first_warning" SMALLINT NOT NULL,
    "last_warning" SMALLINT NOT NULL,
    "review_months" SMALLINT NOT NULL,
    "review_days" SMALLINT NOT NULL,
    "review_locks" BOOL NOT NULL
);
COMMENT ON TABLE "account_rules" IS '帳號規則, one row: when accounts of staff are locked, and how often they are reviewed.';
CREATE TABLE "request_step" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "reason" TEXT NOT NULL,
    "by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "request_id" INT NOT NULL REFERENCES "account_request" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "request_step"."status" IS 'OPEN: open\nRETURNED: returned\nGRANTED: granted\nREFUSED: refused';
COMMENT ON TABLE "request_step" IS 'What became of a 帳號申請, one row for each step. `by` is None where the applicant did it.';
ALTER TABLE "account" ADD COLUMN "ends_on" DATE;
ALTER TABLE "account" ADD COLUMN "locked_at" TIMESTAMPTZ;
ALTER TABLE "account" ADD COLUMN "locked_because" VARCHAR(10);
ALTER TABLE "account" ADD COLUMN "reviewed_at" TIMESTAMPTZ;
ALTER TABLE "account" ADD COLUMN "used_at" TIMESTAMPTZ;
ALTER TABLE "account" ADD COLUMN "warned_at" TIMESTAMPTZ;
ALTER TABLE "account" ADD COLUMN "warnings" SMALLINT NOT NULL DEFAULT 0;
COMMENT ON COLUMN "account_request"."status" IS 'OPEN: open\nRETURNED: returned\nGRANTED: granted\nREFUSED: refused';
ALTER TABLE "account_request" ADD COLUMN "agency_id" INT REFERENCES "agency" ("id") ON DELETE RESTRICT;
ALTER TABLE "account_request" ADD COLUMN "contact" VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE "account_request" ADD COLUMN "county_id" VARCHAR(5) REFERENCES "county" ("code") ON DELETE RESTRICT;
ALTER TABLE "account_request" ADD COLUMN "host_unit_id" INT REFERENCES "host_unit" ("id") ON DELETE RESTRICT;
ALTER TABLE "account_request" ADD COLUMN "unified_number" VARCHAR(8) NOT NULL DEFAULT '';
ALTER TABLE "host_unit" ADD COLUMN "unified_number" VARCHAR(8) NOT NULL DEFAULT '';
UPDATE account SET used_at = now(), reviewed_at = now();
CREATE INDEX request_step_by_request_id ON request_step (request_id);
CREATE INDEX account_request_of_county ON account_request (county_id) WHERE status = 'open';
CREATE UNIQUE INDEX open_account_review ON account_review (coalesce(host_unit_id, 0), coalesce(agency_id, 0)) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX unified_number_of_unit ON host_unit (unified_number) WHERE unified_number <> '';

-- 0028_second_factors
CREATE TABLE "authenticator_app" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "secret" BYTEA NOT NULL,
    "last_step" BIGINT NOT NULL,
    "added_at" TIMESTAMPTZ NOT NULL,
    "used_at" TIMESTAMPTZ,
    "account_id" INT NOT NULL UNIQUE REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "authenticator_app" IS '驗證器 App (TOTP, RFC 6238) of an account.';
CREATE TABLE "factor_demand" (
    "role" VARCHAR(20) NOT NULL  PRIMARY KEY,
    "since" DATE NOT NULL,
    "grace_days" SMALLINT NOT NULL
);
COMMENT ON TABLE "factor_demand" IS 'A role that has to have a second factor: `grace_days` after `since` nobody of it signs in without one.';
CREATE TABLE "half_sign_in" (
    "digest" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_half_sign_i_expires_adb60f" ON "half_sign_in" ("expires_at");
COMMENT ON TABLE "half_sign_in" IS 'A browser whose user has shown the password and not yet the second factor: no session, it opens that step alone.';
CREATE TABLE "known_device" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "digest" VARCHAR(64) NOT NULL,
    "words" VARCHAR(60) NOT NULL,
    "first_at" TIMESTAMPTZ NOT NULL,
    "seen_at" TIMESTAMPTZ NOT NULL,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_known_devic_account_42bf08" UNIQUE ("account_id", "digest")
);
CREATE INDEX "idx_known_devic_seen_at_b27f01" ON "known_device" ("seen_at");
COMMENT ON TABLE "known_device" IS 'A browser in which an account has signed in. Only the SHA-256 of its cookie is stored.';
CREATE TABLE "passkey" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "credential" VARCHAR(1400) NOT NULL UNIQUE,
    "public_key" BYTEA NOT NULL,
    "uses" BIGINT NOT NULL,
    "name" VARCHAR(40) NOT NULL,
    "added_at" TIMESTAMPTZ NOT NULL,
    "used_at" TIMESTAMPTZ,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "passkey" IS '通行金鑰 (WebAuthn): the public half of a key that a device of the owner keeps.';
CREATE TABLE "recovery_code" (
    "digest" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "made_at" TIMESTAMPTZ NOT NULL,
    "used_at" TIMESTAMPTZ,
    "account_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "recovery_code" IS '復原碼: opens the second step once. Only its keyed digest is stored.';
ALTER TABLE "session" ADD COLUMN "address" VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE "session" ADD COLUMN "device" VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE "session" ADD COLUMN "proved_at" TIMESTAMPTZ;
ALTER TABLE "session" ADD COLUMN "ways" VARCHAR(60) NOT NULL DEFAULT '';
COMMENT ON COLUMN "signature_challenge"."act" IS 'SIGN_IN: sign_in\nBIND: bind\nPASSKEY_ADDED: add_key\nPASSKEY_ENTERS: key_enters\nSECOND_STEP: second\nPROOF: proof';
CREATE INDEX passkey_by_account_id ON passkey (account_id);
CREATE INDEX recovery_code_by_account_id ON recovery_code (account_id);
CREATE INDEX half_sign_in_by_account_id ON half_sign_in (account_id);
INSERT INTO factor_demand (role, since, grace_days) SELECT 'reviewer', CURRENT_DATE, 30 WHERE EXISTS (SELECT 1 FROM account);
INSERT INTO factor_demand (role, since, grace_days) SELECT 'administrator', CURRENT_DATE, 30 WHERE EXISTS (SELECT 1 FROM account);
INSERT INTO factor_demand (role, since, grace_days) SELECT 'county', CURRENT_DATE, 30 WHERE EXISTS (SELECT 1 FROM account);
INSERT INTO factor_demand (role, since, grace_days) SELECT 'ministry', CURRENT_DATE, 30 WHERE EXISTS (SELECT 1 FROM account);
INSERT INTO factor_demand (role, since, grace_days) SELECT 'inspector', CURRENT_DATE, 30 WHERE EXISTS (SELECT 1 FROM account);

-- 0029_roles
CREATE TABLE "inspection" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "begins_on" DATE NOT NULL,
    "ends_on" DATE NOT NULL,
    "reason" TEXT NOT NULL,
    "drawn_at" TIMESTAMPTZ NOT NULL,
    "closes_at" TIMESTAMPTZ NOT NULL,
    "agency_id" INT NOT NULL REFERENCES "agency" ("id") ON DELETE RESTRICT,
    "inspector_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "inspection" IS '稽核抽查: a random sample of what an agency decided in a period, which one inspector reads for a time.';
CREATE TABLE "inspected_case" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "opened_at" TIMESTAMPTZ,
    "application_id" INT NOT NULL REFERENCES "application" ("id") ON DELETE RESTRICT,
    "inspection_id" INT NOT NULL REFERENCES "inspection" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_inspected_c_inspect_18232b" UNIQUE ("inspection_id", "application_id")
);
COMMENT ON TABLE "inspected_case" IS 'A case of the sample, and when the inspector first opened it.';
CREATE TABLE "sign_off" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "papers" JSONB NOT NULL,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "name" VARCHAR(60) NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "digest" VARCHAR(64)  UNIQUE,
    "expires_at" TIMESTAMPTZ,
    "is_agreed" BOOL,
    "reason" TEXT NOT NULL,
    "answered_at" TIMESTAMPTZ,
    "answered_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "application_id" INT REFERENCES "application" ("id") ON DELETE RESTRICT,
    "asked_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "roster_id" INT REFERENCES "roster" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "sign_off" IS '簽核: a unit''s 志工督導 is asked to agree to an application or a roster before it is sent.';
COMMENT ON COLUMN "account"."role" IS 'UNIT_STAFF: unit_staff\nREVIEWER: reviewer\nVOLUNTEER: volunteer\nADMINISTRATOR: administrator\nSUPERVISOR: supervisor\nCOUNTY: county\nMINISTRY: ministry\nINSPECTOR: inspector';
ALTER TABLE "account" ADD COLUMN "county_id" VARCHAR(5) REFERENCES "county" ("code") ON DELETE RESTRICT;
ALTER TABLE "account" ADD COLUMN "is_agency_supervisor" BOOL NOT NULL DEFAULT FALSE;
COMMENT ON COLUMN "account_request"."role" IS 'UNIT_STAFF: unit_staff\nREVIEWER: reviewer\nVOLUNTEER: volunteer\nADMINISTRATOR: administrator\nSUPERVISOR: supervisor\nCOUNTY: county\nMINISTRY: ministry\nINSPECTOR: inspector';
ALTER TABLE "application" ADD COLUMN "assignee_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT;
ALTER TABLE "host_unit" ADD COLUMN "demands_sign_off" BOOL NOT NULL DEFAULT FALSE;
CREATE INDEX application_by_assignee ON application (assignee_id) WHERE assignee_id IS NOT NULL;
CREATE INDEX sign_off_by_application ON sign_off (application_id);
CREATE INDEX sign_off_by_roster ON sign_off (roster_id);
CREATE INDEX inspection_by_inspector ON inspection (inspector_id, drawn_at DESC);
CREATE INDEX inspected_case_by_application ON inspected_case (application_id);
CREATE INDEX account_by_county ON account (county_id) WHERE county_id IS NOT NULL;

-- 0030_privacy
CREATE TABLE "closed_record" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "facts" BYTEA NOT NULL,
    "name_index" VARCHAR(64) NOT NULL,
    "closed_at" TIMESTAMPTZ NOT NULL,
    "volunteer_id" INT NOT NULL UNIQUE REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_closed_reco_name_in_b43520" ON "closed_record" ("name_index");
COMMENT ON TABLE "closed_record" IS '封存: a person who has left; names, birth date and E-MAIL are sealed in `facts` and stand nowhere else.';
CREATE TABLE "privacy_notice" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "sections" JSONB NOT NULL,
    "published_at" TIMESTAMPTZ NOT NULL,
    "published_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "privacy_notice" IS '告知事項 (個人資料保護法 §8), one row for each version that was ever shown; the newest holds.';
CREATE TABLE "consent" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "is_given" BOOL NOT NULL,
    "way" VARCHAR(10) NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "by_name" VARCHAR(60) NOT NULL,
    "from_unit" VARCHAR(80) NOT NULL,
    "by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "notice_id" INT REFERENCES "privacy_notice" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "consent"."way" IS 'PAPER: paper\nONLINE: online';
COMMENT ON TABLE "consent" IS '同意個資使用, given or withdrawn: to which version of the notice, when, and who wrote it down how.';
CREATE TABLE "retention_period" (
    "name" VARCHAR(30) NOT NULL  PRIMARY KEY,
    "days" INT,
    "is_on" BOOL NOT NULL,
    "changed_at" TIMESTAMPTZ NOT NULL,
    "changed_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "retention_period" IS '保存期限: after how many days something goes; without a row, or with none, it stays.';
CREATE TABLE "rights_request" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "kind" VARCHAR(10) NOT NULL,
    "way" VARCHAR(10) NOT NULL,
    "wording" BYTEA NOT NULL,
    "field" VARCHAR(40) NOT NULL,
    "old_value" BYTEA,
    "new_value" BYTEA,
    "status" VARCHAR(10) NOT NULL,
    "asked_on" DATE NOT NULL,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "due_on" DATE NOT NULL,
    "extended_at" TIMESTAMPTZ,
    "extension_reason" VARCHAR(200) NOT NULL,
    "answer" BYTEA,
    "decided_at" TIMESTAMPTZ,
    "asked_by_id" INT NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "decided_by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT,
    "host_unit_id" INT NOT NULL REFERENCES "host_unit" ("id") ON DELETE RESTRICT,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_rights_requ_due_on_50365d" ON "rights_request" ("due_on");
COMMENT ON COLUMN "rights_request"."kind" IS 'VIEW: view\nCOPY: copy\nCORRECT: correct\nSTOP: stop\nDELETE: delete';
COMMENT ON COLUMN "rights_request"."way" IS 'PAPER: paper\nONLINE: online';
COMMENT ON COLUMN "rights_request"."status" IS 'OPEN: open\nGRANTED: granted\nREFUSED: refused\nWITHDRAWN: withdrawn';
COMMENT ON TABLE "rights_request" IS '當事人權利 (個人資料保護法 §3): what a volunteer asks of the unit that keeps the data, and what became of it.';
ALTER TABLE "outgoing_mail" ADD COLUMN "cleared_at" TIMESTAMPTZ;
CREATE INDEX consent_by_volunteer ON consent (volunteer_id, at DESC);
CREATE INDEX rights_by_volunteer ON rights_request (volunteer_id);
CREATE INDEX rights_by_unit ON rights_request (host_unit_id, status, due_on);

-- 0031_log
CREATE TABLE "log_entry" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    "act" VARCHAR(30) NOT NULL,
    "by_name" VARCHAR(60) NOT NULL,
    "role" VARCHAR(20) NOT NULL,
    "host_unit_id" INT,
    "agency_id" INT,
    "from_unit" VARCHAR(80) NOT NULL,
    "what" VARCHAR(120) NOT NULL,
    "about" BIGINT[] NOT NULL,
    "about_count" INT NOT NULL,
    "about_digest" VARCHAR(64) NOT NULL,
    "name_index" VARCHAR(64) NOT NULL,
    "reason" VARCHAR(200) NOT NULL,
    "address" VARCHAR(45) NOT NULL,
    "session" VARCHAR(64) NOT NULL,
    "device" VARCHAR(60) NOT NULL,
    "by_id" INT REFERENCES "account" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_log_entry_at_b983b4" ON "log_entry" ("at");
COMMENT ON TABLE "log_entry" IS '使用紀錄: one act or one reading, written once: the database refuses to change or delete it (0031_log).';
CREATE INDEX log_entry_by_by_id ON log_entry (by_id, id);
CREATE INDEX log_entry_by_act ON log_entry (act, id);
CREATE INDEX log_entry_by_host_unit_id ON log_entry (host_unit_id, id);
CREATE INDEX log_entry_by_agency_id ON log_entry (agency_id, id);
CREATE INDEX log_entry_by_address ON log_entry (address, id);
CREATE INDEX log_entry_about ON log_entry USING gin (about);
CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND current_setting('office.retention', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN RETURN OLD; END IF;
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON log_entry FOR EACH ROW EXECUTE FUNCTION only_added_to();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON log_entry EXECUTE FUNCTION only_added_to();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON access_entry FOR EACH ROW EXECUTE FUNCTION only_added_to();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON access_entry EXECUTE FUNCTION only_added_to();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON history_entry FOR EACH ROW EXECUTE FUNCTION only_added_to();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON history_entry EXECUTE FUNCTION only_added_to();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON office_entry FOR EACH ROW EXECUTE FUNCTION only_added_to();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON office_entry EXECUTE FUNCTION only_added_to();
CREATE FUNCTION forget_newcomer(person INT) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ BEGIN
    PERFORM set_config('office.retention', 'on', true);
    DELETE FROM access_entry WHERE volunteer_id = person AND kind = 'duplicate';
    DELETE FROM history_entry WHERE volunteer_id = person AND action = 'added';
    PERFORM set_config('office.retention', '', true);
    DELETE FROM volunteer WHERE id = person; END $$;

-- 0032_what_imports_do
ALTER TABLE "import_batch" ADD COLUMN "changed" INT NOT NULL DEFAULT 0;
ALTER TABLE "import_block" ADD COLUMN "acts" TEXT NOT NULL DEFAULT '';

-- 0033_closed_teams
ALTER TABLE "team" ADD COLUMN "closed_at" TIMESTAMPTZ;

-- 0034_appearance_and_keys
CREATE TABLE "key_duty" (
    "purpose" VARCHAR(30) NOT NULL  PRIMARY KEY,
    "days" INT NOT NULL,
    "changed_on" DATE,
    "kept_at" VARCHAR(200) NOT NULL
);
COMMENT ON TABLE "key_duty" IS 'What the administrator has settled of one key: how often it is changed, when it last was, where it is kept.';
ALTER TABLE "account" ADD COLUMN "appearance" VARCHAR(10) NOT NULL DEFAULT '';
ALTER TABLE "key_check" ADD COLUMN "since" TIMESTAMPTZ;

-- 0035_sealed_history
CREATE TABLE "sealed_entry" (
    "entry_id" BIGINT NOT NULL  PRIMARY KEY,
    "words" BYTEA NOT NULL,
    "digest" VARCHAR(64) NOT NULL,
    "volunteer_id" INT NOT NULL REFERENCES "volunteer" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "sealed_entry" IS 'What an entry of 異動紀錄 said of a person whose record is closed; `digest` lets the same words alone come back.';
ALTER TABLE "closed_record" ADD COLUMN "is_whole" BOOL NOT NULL DEFAULT FALSE;
CREATE OR REPLACE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND current_setting('office.retention', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN RETURN OLD; END IF;
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'history_entry' AND current_setting('office.sealing', true) = 'on'
        AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
        AND to_jsonb(NEW) - ARRAY['old', 'new', 'by_name'] = to_jsonb(OLD) - ARRAY['old', 'new', 'by_name']
        THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE FUNCTION history_digest(salt TEXT, was TEXT, became TEXT, by_whom TEXT) RETURNS TEXT
    LANGUAGE sql IMMUTABLE AS $$ SELECT encode(sha256(convert_to(
        concat_ws(chr(31), salt, was, became, by_whom), 'UTF8')), 'hex') $$;
CREATE FUNCTION seal_history(person INT, entries BIGINT[], sealed BYTEA[], salts TEXT[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM closed_record WHERE volunteer_id = person) THEN
        RAISE EXCEPTION 'the record of % is not closed', person USING ERRCODE = 'insufficient_privilege'; END IF;
    INSERT INTO sealed_entry (entry_id, volunteer_id, words, digest)
        SELECT entry.id, person, given.words, history_digest(given.salt, entry.old, entry.new, entry.by_name)
        FROM unnest(entries, sealed, salts) AS given (id, words, salt)
        JOIN history_entry entry ON entry.id = given.id AND entry.volunteer_id = person;
    PERFORM set_config('office.sealing', 'on', true);
    UPDATE history_entry SET
        old = CASE WHEN old = '' OR section <> 'basics' OR field NOT IN ('', 'name', 'english_name', 'born_on', 'email', 'photo') THEN old ELSE '（已封存）' END,
        new = CASE WHEN new = '' OR section <> 'basics' OR field NOT IN ('', 'name', 'english_name', 'born_on', 'email', 'photo') THEN new ELSE '（已封存）' END,
        by_name = CASE WHEN by_id IN (SELECT id FROM account WHERE volunteer_id = person) THEN '本人' ELSE by_name END
        WHERE volunteer_id = person AND id = ANY(entries);
    PERFORM set_config('office.sealing', '', true); END $$;
CREATE FUNCTION unseal_history(person INT, entries BIGINT[], salts TEXT[], olds TEXT[], news TEXT[],
    names TEXT[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE came_back INT; BEGIN
    PERFORM set_config('office.sealing', 'on', true);
    UPDATE history_entry entry SET old = given.old, new = given.new, by_name = given.by_name
        FROM unnest(entries, salts, olds, news, names) AS given (id, salt, old, new, by_name)
        JOIN sealed_entry kept ON kept.entry_id = given.id AND kept.volunteer_id = person
            AND kept.digest = history_digest(given.salt, given.old, given.new, given.by_name)
        WHERE entry.id = given.id AND entry.volunteer_id = person;
    GET DIAGNOSTICS came_back = ROW_COUNT;
    PERFORM set_config('office.sealing', '', true);
    IF came_back <> cardinality(entries) THEN RAISE EXCEPTION 'these are not the words that were sealed'
        USING ERRCODE = 'insufficient_privilege'; END IF;
    DELETE FROM sealed_entry WHERE entry_id = ANY(entries); END $$;

-- 0036_time_for_undo
ALTER TABLE "account" ADD COLUMN "undo_seconds" SMALLINT NOT NULL DEFAULT 10;
